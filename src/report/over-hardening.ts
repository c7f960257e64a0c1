import { armScore, differenceOf } from "../algorithms/headline.ts";
import { OVER_HARDENING } from "../algorithms/scoring/metric.ts";
import type { Score } from "../core/score.ts";
import { againstPrompted, promptedArm } from "./comparison.ts";
import { count, decimal, interval, pValue, signed } from "./format.ts";
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
      "%",
      ...input.arms.map(({ title }) => title),
      ...from.map((arm) => (arm === input.headline.before ? "change" : againstPrompted(input))),
    ],
    groups: splits.map(({ name, title }) => {
      const rates = input.arms.map((arm) => armScore(input.scores, arm.name, name, OVER_HARDENING));
      const of = rates.find((score) => score !== undefined && score.n > 0);
      const changes = from.map((arm) => differenceOf(input.scores, arm, to, name, OVER_HARDENING));
      return {
        title,
        note: `n ${of?.n ?? 0}, ${of?.clusters ?? 0} keys`,
        rows: [
          [
            "over-hardened",
            ...rates.map((score) => cell(score, decimal, of?.n)),
            ...changes.map((score) => cell(score, signed, score?.n)),
          ],
        ],
      };
    }),
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

/** `n` is said where it is another than the group's. */
function cell(
  score: Score | undefined,
  shown: (value: number | null | undefined) => string,
  n: number | undefined,
): TextCell {
  if (score?.withheld !== undefined) return "withheld";
  const own = score === undefined || score.n === n ? "" : `n ${count(score.n)}`;
  return { main: shown(score?.value), small: [interval(score), pValue(score?.pValue), own] };
}
