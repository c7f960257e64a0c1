import { wilsonInterval } from "../../src/algorithms/statistics/interval.ts";
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
      withInterval(own.falseAlarms),
      percent(own.onlyBefore),
      percent(own.precision),
      `${percent(heldOut.tools[tool]!.recall)} / ${percent(heldOut.tools[tool]!.falseAlarms)}`,
      `${own.failed}`,
    ]),
  );
  const ordinaryRows = Object.entries(ordinary).flatMap(([language, { tools }]) =>
    Object.entries(tools).map(([tool, own]) => [
      language,
      tool,
      own.perThousandLines === null ? "–" : own.perThousandLines.toFixed(2),
      `${own.findings}`,
      ...wrongOnes(own),
      `${Math.round(own.lines / 1000)}`,
      `${own.failedFiles}`,
    ]),
  );
  return [
    table(["", "tool", "insecure found", "secure accused", "precision"], executedRows),
    table(
      [
        "pairs",
        "tool",
        "flagged before",
        "with its CWE",
        "flagged after",
        "only before",
        "precision",
        "held out: before / after",
        "failed",
      ],
      pairRows,
    ),
    table(
      [
        "",
        "tool",
        "findings per 1,000 lines",
        "findings",
        "judged: weak, intended, wrong",
        "wrong per 1,000 lines",
        "1,000 lines read",
        "files failed",
      ],
      ordinaryRows,
    ),
  ].join("\n\n");
}

/** What was judged of the findings, and how many wrong ones that makes; with Wilson's interval where not all were looked at. */
function wrongOnes({ findings, perThousandLines, judged }: Noise): [string, string] {
  if (judged === undefined || perThousandLines === null) return ["–", "–"];
  const { weak, intended, wrong } = judged;
  const of = weak + intended + wrong;
  const share = (part: number) => (perThousandLines * part).toFixed(2);
  const interval = of < findings ? wilsonInterval(wrong, of) : null;
  const spread =
    interval === null ? "" : ` (${share(interval.low / 100)}–${share(interval.high / 100)})`;
  return [`${weak}, ${intended}, ${wrong}`, `${share(wrong / of)}${spread}`];
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
