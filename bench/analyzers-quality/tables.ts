import type { judgedShares } from "./judged.ts";
import type { Measures } from "./measures.ts";
import type { noise } from "./noise.ts";
import type { byCluster } from "./run-tools.ts";

type ByTool<T> = Readonly<Record<string, T>>;
type Noise = ReturnType<typeof noise> & { readonly judged: ReturnType<typeof judgedShares> };

export interface QualityFigures {
  readonly executed: Readonly<
    Record<
      string,
      { readonly tools: ByTool<Measures>; readonly families: ByTool<ReturnType<typeof byCluster>> }
    >
  >;
  readonly pairs: Readonly<Record<string, Readonly<Record<"all" | "heldOut" | "lookedAt", PairFigures>>>>;
  readonly ordinary: Readonly<
    Record<string, { readonly what: string; readonly files: number; readonly tools: ByTool<Noise> }>
  >;
}
interface PairFigures {
  readonly pairs: number;
  readonly tools: ByTool<Measures>;
}

/** The tables of docs/analyzers.md, from what is recorded. */
export function qualityTables({ executed, pairs, ordinary }: QualityFigures): string {
  const executedRows = Object.entries(executed).flatMap(([language, { tools }]) =>
    Object.entries(tools).map(([tool, own]) => [
      language,
      tool,
      withInterval(own.recall),
      withInterval(own.falseAlarms),
      percent(own.precision),
    ]),
  );
  const pairRows = Object.entries(pairs).flatMap(([language, { all, heldOut }]) =>
    Object.entries(all.tools).map(([tool, own]) => [
      `${language} (${all.pairs})`,
      tool,
      withInterval(own.recall),
      percent(own.named.recall),
      percent(own.precision),
      `${percent(own.onlyBefore)} / ${percent(own.onlyAfter)}`,
      `${percent(heldOut.tools[tool]!.recall)} / ${percent(heldOut.tools[tool]!.precision)}`,
      `${own.failed}`,
    ]),
  );
  const ordinaryRows = Object.entries(ordinary).flatMap(([language, { tools }]) =>
    Object.entries(tools).map(([tool, { findings, lines, perThousandLines, failedFiles }]) => [
      language,
      tool,
      perThousandLines === null ? "–" : perThousandLines.toFixed(2),
      `${findings}`,
      `${Math.round(lines / 1000)}`,
      `${failedFiles}`,
    ]),
  );
  return [
    table(["", "tool", "insecure found", "secure accused", "precision"], executedRows),
    table(
      [
        "pairs",
        "tool",
        "found before",
        "with its CWE",
        "precision",
        "only before / only after",
        "held-out: found / precision",
        "failed",
      ],
      pairRows,
    ),
    table(
      ["", "tool", "findings per 1,000 lines", "findings", "1,000 lines read", "files failed"],
      ordinaryRows,
    ),
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

interface Rate {
  readonly percent: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

function percent({ percent: value }: Rate): string {
  return value === null ? "–" : `${value.toFixed(1)} %`;
}

function withInterval(rate: Rate): string {
  const { interval } = rate;
  if (interval === null) return percent(rate);
  return `${percent(rate)} (${interval.low.toFixed(0)}–${interval.high.toFixed(0)})`;
}
