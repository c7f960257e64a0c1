import { armScore, differenceOf } from "../algorithms/headline.ts";
import { OVER_HARDENING } from "../algorithms/scoring/metric.ts";
import type { Score } from "../core/score.ts";
import { armTitle, promptedArm } from "./comparison.ts";
import { decimal, interval, pValue, signed } from "./format.ts";
import type { ReportInput, ReportSplit } from "./report-input.ts";
import type { TextCell, TextTable } from "./text-table.ts";

/** Why a low number says little there: said beside it, and of no other model. */
const EMBEDDED =
  "The embedded model has read in pre-training that tasks like the decoys need nothing, so a number near 0 is expected of it and says nothing about other models.";

/** Over-hardening on the splits with decoys, of every arm and as paired changes; null where nothing measures it. */
export function overHardeningTable(input: ReportInput): TextTable | null {
  const splits = splitsOf(input);
  if (splits.length === 0) return null;
  const { from, to } = changesOf(input);
  return {
    title: "Over-hardening",
    caption: [
      "Share of answers to decoys that lost the function to a security reflex, in %; less is better. Changes are paired and in points.",
      ...(input.demonstration ? [EMBEDDED] : []),
    ].join(" "),
    header: [
      "split",
      ...input.arms.map(({ title }) => title),
      ...from.map((arm) => `${armTitle(input, arm)} → ${armTitle(input, to)}`),
    ],
    groups: [
      {
        rows: splits.map(({ name, title }) => [
          title,
          ...input.arms.map((arm) => cell(armScore(input.scores, arm.name, name, OVER_HARDENING), decimal)),
          ...from.map((arm) => cell(differenceOf(input.scores, arm, to, name, OVER_HARDENING), signed)),
        ]),
      },
    ],
  };
}

/** Whether that table shows a score. */
export function isInOverHardeningTable(input: ReportInput, { name, breakdown: it }: Score): boolean {
  if (name !== OVER_HARDENING || it.cwe !== undefined) return false;
  if (!input.splits.some((split) => split.name === it.split)) return false;
  if (it.kind === undefined) return input.arms.some((arm) => arm.name === it.arm);
  const { from, to } = changesOf(input);
  return it.kind === "difference" && it.to === to && from.includes(it.from ?? "");
}

function splitsOf(input: ReportInput): ReportSplit[] {
  return input.splits.filter(({ name }) =>
    input.arms.some((arm) => armScore(input.scores, arm.name, name, OVER_HARDENING) !== undefined),
  );
}

/** The headline's changes. */
function changesOf(input: ReportInput): { from: string[]; to: string } {
  const { before, after } = input.headline;
  return { from: [before, promptedArm(input)].filter((arm) => arm !== undefined), to: after };
}

function cell(score: Score | undefined, shown: (value: number | null | undefined) => string): TextCell {
  if (score?.withheld !== undefined) return "withheld";
  return {
    main: shown(score?.value),
    small: [interval(score), pValue(score?.pValue), score === undefined ? "" : `n ${score.n}`],
  };
}
