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
  const parts = [executedTable(executed), pairsTable(pairs), ordinaryTable(ordinary)];
  return parts.join("\n\n");
}

function executedTable(executed: QualityFigures["executed"]): string {
  const rows = Object.entries(executed).flatMap(([language, { tools }]) => {
    const { recall, falseAlarms } = Object.values(tools)[0]!;
    const insecure = `${count(recall.of)} insecure in ${recall.clusters} families`;
    const title = `${names[language]}: ${insecure}, ${count(falseAlarms.of)} others in ${falseAlarms.clusters}`;
    return titled(title, tools, (own) => [
      withInterval(own.recall),
      withInterval(own.named.recall),
      withInterval(own.falseAlarms),
      withInterval(own.precision),
    ]);
  });
  return table(["", "", "insecure found", "with its CWE", "others accused", "precision"], rows);
}

function pairsTable(pairs: QualityFigures["pairs"]): string {
  const head = ["flagged before", "with its CWE", "flagged after", "only before", "precision"];
  const rows = Object.entries(pairs).flatMap(([language, { all, heldOut }]) =>
    titled(`${names[language]}: ${all.pairs} (${heldOut.pairs} held out)`, all.tools, (own, tool) => {
      const unseen = heldOut.tools[tool]!;
      return [
        withInterval(own.recall),
        percent(own.named.recall),
        withInterval(own.falseAlarms),
        withInterval(own.onlyBefore),
        percent(own.precision),
        `${withInterval(unseen.recall)}; ${percent(unseen.falseAlarms)}`,
        `${own.failed}`,
      ];
    }),
  );
  return table(["", "", ...head, "held out: before; after", "failed"], rows);
}

function ordinaryTable(ordinary: QualityFigures["ordinary"]): string {
  const head = ["findings in 1,000 lines", "per 1,000", "weak, intended, wrong", "wrong per 1,000"];
  const rows = Object.entries(ordinary).flatMap(([language, { files, tools }]) =>
    titled(names[language]!, tools, (own) => [
      `${own.findings} in ${Math.round(own.lines / 1000)}`,
      own.perThousandLines === null ? "–" : own.perThousandLines.toFixed(2),
      ...wrongOnes(own),
      `${own.failedFiles} of ${files}`,
    ]),
  );
  return table(["", "", ...head, "files failed"], rows);
}

const names: Readonly<Record<string, string>> = {
  python: "Python",
  c: "C",
  "c, c++": "C, C++",
  javascript: "JavaScript",
  typescript: "TypeScript",
  "javascript, typescript": "JavaScript, TypeScript",
  java: "Java",
  go: "Go",
};

/** Rows of a language's tools; its title stands in the first. */
function titled<T>(
  title: string,
  tools: ByTool<T>,
  cells: (own: T, tool: string) => readonly string[],
): string[][] {
  return Object.entries(tools).map(([tool, own], index) => [
    index === 0 ? title : "",
    tool === "sectune-rules" ? `**${tool}**` : tool,
    ...cells(own, tool),
  ]);
}

/** What was judged of the findings, and how many wrong ones that makes; with Wilson's interval where not all were looked at. */
function wrongOnes({ findings, perThousandLines, judged }: Noise): [string, string] {
  if (findings === 0) return ["–", "0"];
  if (judged === undefined || perThousandLines === null) return ["–", "–"];
  const { weak, intended, wrong } = judged;
  const of = weak + intended + wrong;
  if (of === 0) return ["none looked at", "–"];
  const share = (part: number) => (perThousandLines * part).toFixed(2);
  const interval = of < findings ? wilsonInterval(wrong, of) : null;
  const spread = interval === null ? "" : ` (${share(interval.low / 100)}–${share(interval.high / 100)})`;
  return [`${weak}, ${intended}, ${wrong} of ${of}`, `${share(wrong / of)}${spread}`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `|${cells.map((cell) => (cell === "" ? " |" : ` ${cell} |`)).join("")}`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

interface Rate {
  readonly percent: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function percent({ percent: value }: Rate): string {
  return value === null ? "–" : value.toFixed(1);
}

function withInterval(rate: Rate): string {
  const { interval } = rate;
  if (interval === null) return percent(rate);
  return `${percent(rate)} (${interval.low.toFixed(0)}–${interval.high.toFixed(0)})`;
}
