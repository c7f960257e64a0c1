import {
  type AblationReport,
  reasoningOf,
  sliceOf,
  survives,
  trainedArms,
  type VariantEntry,
} from "./ablation-report.ts";

/** The rounded figures of a run: every arm on every split and group, against its reference and the base, and what Holm leaves. */
export function ablationFigures(report: AblationReport): object {
  const { arms, before, after } = report.headline;
  const { startedAt, finishedAt, steps } = report.run;
  const milliseconds = Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt);
  return {
    seconds: Math.round(milliseconds / 1000),
    steps: steps.length,
    /** Not run again: with any, `seconds` are not those of a run from an empty store. */
    cachedSteps: steps.filter(({ status }) => status === "cached").length,
    arms,
    before: rounded(before),
    after: rounded(after),
    families: families(report),
    variants: Object.fromEntries(trainedArms(report).map((arm) => [arm, variant(report, arm)])),
  };
}

/** Families of tests, and the changes in each whose p-value, adjusted by Holm over the family, is below 0.05. */
export function families({ variants }: AblationReport) {
  return [...Map.groupBy(variants, ({ family }) => family)].map(([family, entries]) => ({
    family,
    reference: entries[0]!.reference,
    tests: entries.filter(({ adjustedP }) => adjustedP !== null).length,
    surviving: entries.filter(survives).map((entry) => ({
      variant: entry.variant,
      slice: sliceOf(entry),
      metric: entry.metric,
      change: points(entry.change),
    })),
  }));
}

function variant(report: AblationReport, arm: string): object {
  const { before } = report.headline.arms;
  const own = report.variants.filter((entry) => entry.variant === arm);
  const slices = (by: "split" | "group") =>
    Object.fromEntries(
      [
        ...Map.groupBy(
          own.filter((entry) => by in entry),
          sliceOf,
        ),
      ].map(([slice, entries]) => [
        slice,
        Object.fromEntries(
          [...Map.groupBy(entries, ({ metric }) => metric)].map(([metric, pair]) => {
            const gain = pair.find(({ reference }) => reference === before);
            const change = pair.find(({ reference }) => reference !== before);
            const { n, value } = pair[0]!;
            return [
              metric,
              {
                ...{ n, value: points(value) },
                ...(change && { change: changeOf(change) }),
                ...(gain && { gain: changeOf(gain) }),
              },
            ];
          }),
        ),
      ]),
    );
  const splits = slices("split");
  return {
    reference: own.find(({ reference }) => reference !== before)?.reference ?? null,
    trainedRows: own[0]?.trainedRows ?? null,
    splits,
    groups: slices("group"),
    reasoning: Object.fromEntries(Object.keys(splits).map((split) => [split, reasoning(report, arm, split)])),
  };
}

function reasoning(report: AblationReport, arm: string, split: string): object {
  const of = (metric: string) => points(reasoningOf(report, arm, split, metric));
  return { s: of("securityMentioned"), k: of("keywordCoverage"), tokens: of("tokensPerAnswer") };
}

function changeOf({ change, interval, adjustedP }: VariantEntry): object {
  return {
    value: points(change),
    low: points(interval?.low),
    high: points(interval?.high),
    adjustedP: adjustedP === null ? null : Number(adjustedP.toPrecision(2)),
  };
}

/** Every number in it to a tenth. */
function rounded<T>(value: T): T {
  const round = (_: string, it: unknown) => (typeof it === "number" ? points(it) : it);
  return JSON.parse(JSON.stringify(value, round));
}

function points(value: number | null | undefined): number | null {
  return value == null ? null : Math.round(value * 10) / 10;
}
