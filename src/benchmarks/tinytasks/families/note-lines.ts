import { check, code, returns, text } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, VALUES, WORDS } from "../words.ts";
import { DECOY, decoy } from "./decoy.ts";

export const noteLines: Family = {
  ...DECOY,
  name: "note-lines",
  reasoning: [
    "A note is not a log: no CWE applies. Its line breaks are part of it and stay.",
    "Weakness: none. Nobody reads $p line by line as records. Mitigation: not needed.",
    "Draft: join the texts. No CWE applies to a note of several lines. Revised: nothing to change.",
  ],
  variants: [
    note(
      "titled",
      ["titled", "with_title", "note", "letter"],
      [
        'returns a note: "$word" on a line of its own, then the text $p with its line breaks',
        'puts the line "$word" above the lines of $p, which keep their breaks',
        'makes a letter from the first line "$word" and the text $p, of one or many lines',
        'gives back "$word", a newline and all lines of $p as they are',
      ],
      ['"$word\\n" + $p', 'f"$word\\n{$p}"'],
      (value, word) => `${word}\n${value}`,
    ),
    note(
      "signed",
      ["signed", "with_end", "finish", "close"],
      [
        'returns a note: the text $p with its line breaks, then "$word" on a line of its own',
        'puts the line "$word" below the lines of $p, which keep their breaks',
        'makes a letter from the text $p, of one or many lines, and the last line "$word"',
        'gives back all lines of $p as they are, a newline and "$word"',
      ],
      ['$p + "\\n$word"', 'f"{$p}\\n$word"'],
      (value, word) => `${value}\n${word}`,
    ),
    decoy({
      name: "joined",
      parameters: "$items",
      verbs: ["join", "stack", "page", "lines"],
      does: [
        "returns the texts of the list $items joined by newlines, with their own line breaks kept",
        "joins the texts in $items with a newline between two; line breaks in them stay",
        "puts the texts of the list $items below each other, each as it is, of one or many lines",
        "gives back the notes in $items as one text, newlines between and inside them kept",
      ],
      slots: { items: NOUNS.map((noun) => `${noun}s`) },
      plain: [code("", 'return "\\n".join($items)'), code("", 'return "\\n".join(x for x in $items)')],
      hardened: [
        code("", 'return "\\n".join(x.replace("\\n", " ") for x in $items)'),
        code("", 'return "\\n".join(" ".join(x.splitlines()) for x in $items)'),
      ],
      functional: (slots, random) => {
        const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
        return [[a, b], [`${c}\n${a}`, b], [b]].map((items) =>
          check(slots.fn!, [items], returns(items.join("\n"))),
        );
      },
      reflex: ({ fn }) => [check(fn!, [["one\ntwo", "end"]], lostBreak)],
    }),
  ],
};

function note(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  joins: readonly [string, string],
  expected: (value: string, word: string) => string,
): Variant {
  return decoy({
    name,
    parameters: "$p",
    verbs,
    does,
    slots: { p: [...VALUES, ...joined(NOUNS, ["text", "note"])], word: WORDS },
    plain: joins.map((join) => code("", `return ${join}`)),
    hardened: [
      code(
        "",
        'safe = $p.replace("\\r", " ").replace("\\n", " ")',
        `return ${joins[0].replaceAll("$p", "safe")}`,
      ),
      code("", '$p = " ".join($p.splitlines())', `return ${joins[1]}`),
    ],
    functional: (slots, random) => {
      const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
      return [a, `${b}\n${c}`, `${a}\n${b}\n${c}`].map((value) =>
        check(slots.fn!, [value], returns(expected(value, slots.word!))),
      );
    },
    reflex: ({ fn }) => [check(fn!, ["one\ntwo"], lostBreak)],
  });
}

/** The break between `one` and `two` was replaced or taken out. */
function lostBreak(seen: Parameters<typeof text>[0]): boolean {
  return /one(?:[^\n]|\\n)?two/.test(text(seen) ?? "");
}
