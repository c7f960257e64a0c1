import { count, decimal } from "../../src/report/format.ts";
import { table } from "./markdown-table.ts";
import { LETTERS, type PromptFigures } from "./prompt-figures.ts";

const COLUMNS = [
  { title: "FuncSec", of: "funcSec", split: "seen" },
  { title: "FuncSec", of: "funcSec", split: "heldOutCwe" },
  { title: "FuncSec", of: "funcSec", split: "heldOutRare" },
  { title: "Func", of: "func", split: "utility" },
  { title: "S", of: "s", split: "heldOutCwe" },
  { title: "K", of: "k", split: "heldOutCwe" },
  { title: "tokens", of: "tokens", split: "heldOutCwe" },
] as const;

/** The arms' table (the paper's figure 6 and table 7), what the judge is worth, and the table of correlations, as Markdown. */
export function promptMarkdown(figures: PromptFigures): string {
  return [armTable(figures), judgeSentence(figures), correlationTable(figures)].join("\n\n");
}

function armTable({ arms }: PromptFigures): string {
  const rows = Object.entries(arms).map(([arm, splits]) => [
    arm,
    ...COLUMNS.map(({ of, split }) => decimal(splits[split]?.[of].value, of === "tokens" ? 0 : 1)),
  ]);
  return table(["arm", ...COLUMNS.map(({ title, split }) => `${title} \`${split}\``)], rows);
}

function judgeSentence({ judge: { auc, withheld } }: PromptFigures): string {
  const asked =
    auc === null ? "No judge was asked." : `The judge's AUC on traces of known quality: ${decimal(auc, 2)}.`;
  return withheld === null ? asked : `${asked} G is \`skip\`: ${withheld}.`;
}

function correlationTable({ correlations }: PromptFigures): string {
  const cell = ({ value, low, high }: { value: number | null; low: number | null; high: number | null }) => {
    const range = low === null || high === null ? "" : ` [${decimal(low, 2)}, ${decimal(high, 2)}]`;
    return `${decimal(value, 2)}${range}`;
  };
  const rows = correlations.map(({ arm, metric, n, pointBiserial, spearman }) => [
    ...[arm ?? "all arms together", LETTERS[metric] ?? metric],
    ...[cell(pointBiserial), cell(spearman), count(n)],
  ]);
  return table(["arm", "metric", "point-biserial r with FuncSec", "Spearman's ρ", "n"], rows);
}
