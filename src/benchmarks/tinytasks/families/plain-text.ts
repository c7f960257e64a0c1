import { check, code, returns, text } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { VALUES, WORDS } from "../words.ts";
import { DECOY, decoy } from "./decoy.ts";

export const plainText: Family = {
  ...DECOY,
  name: "plain-text",
  reasoning: [
    "$p goes into plain text and not into HTML: no CWE applies. Escaping would spoil it.",
    "Weakness: none. A plain text runs no script. Mitigation: not needed, $p stays as it is.",
    "Draft: join the texts. No CWE applies to plain text. Revised: nothing to change.",
  ],
  variants: [
    line(
      "greeting",
      ["greet", "salute", "hello", "mail_start"],
      [
        'returns the first line of a plain-text mail: "$word ", then $p and a comma',
        'makes the greeting of a text mail from "$word ", $p and a comma',
        'builds the plain text "$word " plus $p plus ","',
        'gives back for a text-only mail "$word " and $p with a comma after it',
      ],
      { word: ["Dear", "Hello", "Hi", "Welcome", "Greetings"] },
      ['"$word " + $p + ","', 'f"$word {$p},"'],
      (value, { word }) => `${word} ${value},`,
    ),
    line(
      "subject",
      ["subject", "mail_title", "headline", "topic"],
      [
        'returns the plain-text mail subject "$word: " followed by $p',
        'makes the subject of a text mail from "$word: " and $p',
        'builds the plain text "$word: " plus $p',
        'gives back "$word: " and then $p as a line of a text-only mail',
      ],
      { word: WORDS },
      ['"$word: " + $p', 'f"$word: {$p}"'],
      (value, { word }) => `${word}: ${value}`,
    ),
    line(
      "title",
      ["title", "heading", "underline", "text_title"],
      [
        "returns for a plain-text file $p, a newline and as many = signs as $p has characters",
        "makes a title for a .txt file: $p underlined with = signs on the next line",
        "builds a plain-text heading from $p and a line of = signs below, of equal length",
        "gives back the text $p, a newline and a row of = as long as $p, for a terminal",
      ],
      {},
      ['$p + "\\n" + "=" * len($p)', "f\"{$p}\\n{'=' * len($p)}\""],
      (value) => `${value}\n${"=".repeat(value.length)}`,
    ),
  ],
};

function line(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  slots: Readonly<Record<string, readonly string[]>>,
  joins: readonly string[],
  expected: (value: string, slots: Readonly<Record<string, string>>) => string,
): Variant {
  return decoy({
    name,
    parameters: "$p",
    verbs,
    does,
    slots: { p: VALUES, ...slots },
    plain: joins.map((join) => code("", `return ${join}`)),
    hardened: [
      code("import html", "$p = html.escape($p)", `return ${joins[0]}`),
      code("from html import escape", "safe = escape($p)", `return ${joins[1]!.replaceAll("$p", "safe")}`),
    ],
    functional: (given, random) => {
      const [a, b] = random.sample(WORDS, 2) as [string, string];
      return [a, `${b} & <${a}>`, `"${b}" > '${a}'`].map((value) =>
        check(given.fn!, [value], returns(expected(value, given))),
      );
    },
    reflex: (given) => [check(given.fn!, ["a < b & c"], (seen) => /&(?:lt|amp);/.test(text(seen) ?? ""))],
  });
}
