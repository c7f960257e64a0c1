import type { Score } from "../core/score.ts";
import { direction } from "./comparison.ts";
import { decimal, interval, signed } from "./format.ts";
import type { TextCell } from "./text-table.ts";

/** A rate and its interval. */
export function valueCell(score: Score | undefined): TextCell {
  if (score?.withheld !== undefined) return "withheld";
  return { main: decimal(score?.value), small: [interval(score)] };
}

/** `+12.3 ▲`: marked where the interval excludes zero; empty where there is no number. */
export function markedChange(difference: Score | undefined): string {
  if (difference === undefined || difference.value === null) return "";
  return `${signed(difference.value)}${{ up: " ▲", down: " ▼", unclear: "" }[direction(difference)]}`;
}
