import { code } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, VALUES, WORDS } from "../words.ts";
import { FORMULAS, gives, hostile } from "./csv-formula-checks.ts";
import { cellStyles } from "./csv-formula-styles.ts";

const ITEMS = NOUNS.map((noun) => `${noun}s`);

export const csvFormula: Family = {
  name: "csv-formula",
  cwe: "CWE-1236",
  area: "injection",
  use: "held-out",
  tier: "rare",
  language: "python",
  reasoning: [
    "A spreadsheet runs $p as a formula if it starts with = + - or @: CWE-1236, formula injection. I put a quote in front.",
    "Weakness: CWE-1236. A cell $p that begins with = is a formula. Mitigation: a leading ' makes it text.",
    "Draft: join the cells as they are. That is CSV formula injection (CWE-1236). Revised: a ' before = + - and @.",
  ],
  variants: [
    cell(
      "labelled",
      ["row", "csv_row", "csv_line", "table_row"],
      [
        'returns the CSV row with the cell "$word" and the cell $p',
        'makes a CSV line of two cells: "$word" and then $p',
        'builds the spreadsheet row "$word", comma, $p',
        'gives back "$word" and $p as one row of a CSV file',
      ],
      '"$word," + $p',
      'f"$word,{$p}"',
      (value, word) => [word, value],
    ),
    cell(
      "last",
      ["first_cell", "csv_start", "start_row", "csv_cell"],
      [
        'returns the CSV row with the cell $p and then the cell "$word"',
        'makes a CSV line of two cells: $p and then "$word"',
        'builds the spreadsheet row $p, comma, "$word"',
        'gives back $p and "$word" as one row of a CSV file',
      ],
      '$p + ",$word"',
      'f"{$p},$word"',
      (value, word) => [value, word],
    ),
    cell(
      "ended",
      ["cell", "csv_field", "one_cell", "csv_text"],
      [
        "returns $p as a CSV row of one cell with a newline at the end",
        "makes a CSV line from the one cell $p and a final newline",
        "builds the spreadsheet row $p, ended by a newline",
        "gives back the cell $p and a newline for a CSV file",
      ],
      '$p + "\\n"',
      'f"{$p}\\n"',
      (value) => [value],
    ),
    {
      name: "joined",
      signature: "$fn($items)",
      does: [
        "returns the CSV row of the texts in the list $items",
        "makes a CSV line from the list of cells $items",
        "builds the spreadsheet row of $items, joined by commas",
        "gives back the cells of the list $items as one row of a CSV file",
      ],
      slots: { items: ITEMS, fn: joined(["row", "csv", "line", "cells"], NOUNS) },
      secure: [
        code(
          "",
          `cells = ["'" + x if x[:1] in ("=", "+", "-", "@") else x for x in $items]`,
          'return ",".join(cells)',
        ),
        code(
          "",
          "out = []",
          "for x in $items:",
          '    if x.startswith(("=", "+", "-", "@")):',
          `        x = "'" + x`,
          "    out.append(x)",
          'return ",".join(out)',
        ),
      ],
      insecure: [code("", 'return ",".join($items)'), code("", 'return ",".join(x for x in $items)')],
      ...cellStyles(
        (imports, prepare, shown) => code(imports, ...each(prepare, shown), 'return ",".join(cells)'),
        (prepare, shown) =>
          code(
            "import csv\nimport io",
            ...each(prepare, shown),
            "out = io.StringIO()",
            "csv.writer(out).writerow(cells)",
            "return out.getvalue()",
          ),
      ),
      plan(slots, random) {
        const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
        const ask = (...cells: string[]) => gives(slots.fn!, cells, cells);
        return {
          functional: [ask(a, b), ask(c), ask(b, c, a)],
          exploits: [...FORMULAS.map((formula) => [a, formula, b]), ["@SUM(A1)", b], [b, "=1+2"]].map(
            (cells) => hostile(slots.fn!, cells),
          ),
        };
      },
    },
  ],
};

function cell(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  plus: string,
  formatted: string,
  cells: (value: string, word: string) => readonly string[],
): Variant {
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { p: VALUES, word: WORDS, fn: joined(verbs, NOUNS) },
    secure: [
      code("", 'if $p[:1] in ("=", "+", "-", "@"):', `    $p = "'" + $p`, `return ${plus}`),
      code("", 'if $p.startswith(("=", "+", "-", "@")):', `    $p = "'" + $p`, `return ${formatted}`),
    ],
    insecure: [code("", `return ${plus}`), code("", `return ${formatted}`)],
    ...cellStyles(
      (imports, prepare, shown) =>
        code(imports, "x = $p", ...prepare, `return ${plus.replace("$p", `(${shown})`)}`),
      (prepare, shown) =>
        code(
          "import csv\nimport io",
          "x = $p",
          ...prepare,
          "out = io.StringIO()",
          `csv.writer(out).writerow([${cells(shown, '"$word"').join(", ")}])`,
          "return out.getvalue()",
        ),
    ),
    plan(slots, random) {
      const [a, b] = random.sample(WORDS, 2) as [string, string];
      const ask = (value: string) => gives(slots.fn!, value, cells(value, slots.word!), name === "ended");
      return {
        functional: [ask(a), ask(`${b} ${a}`)],
        exploits: FORMULAS.map((formula) => hostile(slots.fn!, formula)),
      };
    },
  };
}

/** The lines that make the list `cells`. */
function each(prepare: readonly string[], shown: string): string[] {
  return [
    "cells = []",
    "for x in $items:",
    ...[...prepare, `cells.append(${shown})`].map((line) => `    ${line}`),
  ];
}
