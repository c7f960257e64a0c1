import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import { NOUNS, VALUES, WORDS } from "../words.ts";
import { UTILITY, utility } from "./utility.ts";

const slots = {
  p: VALUES,
  sign: [".", "-", "*", "+", "#", "=", "_"],
  k: ["8", "9", "10", "12", "14", "15", "16", "20"],
};
const list = { items: NOUNS.map((noun) => `${noun}s`), sign: slots.sign };

export const layout: Family = {
  ...UTILITY,
  name: "layout",
  variants: [
    utility({
      name: "left",
      parameters: "$p",
      verbs: ["left", "pad", "fill", "pad_right"],
      does: [
        'returns the text $p filled up with "$sign" on the right to $k characters',
        'pads $p on the right with "$sign" until it is $k characters long',
        'gives back $p, left-aligned in $k characters and filled with "$sign"',
        'puts as many "$sign" after $p as it needs to have $k characters',
      ],
      slots,
      references: [
        code("", 'return $p.ljust($k, "$sign")'),
        code("", 'return $p + "$sign" * ($k - len($p))'),
      ],
      sample: (random) => [random.pick(WORDS)],
      expected: ([p], { k, sign }) => String(p).padEnd(Number(k), sign),
    }),
    utility({
      name: "right",
      parameters: "$p",
      verbs: ["right", "align", "indent", "pad_left"],
      does: [
        'returns the text $p filled up with "$sign" on the left to $k characters',
        'pads $p on the left with "$sign" until it is $k characters long',
        'gives back $p, right-aligned in $k characters and filled with "$sign"',
        'puts as many "$sign" before $p as it needs to have $k characters',
      ],
      slots,
      references: [
        code("", 'return $p.rjust($k, "$sign")'),
        code("", 'return "$sign" * ($k - len($p)) + $p'),
      ],
      sample: (random) => [random.pick(WORDS)],
      expected: ([p], { k, sign }) => String(p).padStart(Number(k), sign),
    }),
    utility({
      name: "bullets",
      parameters: "$items",
      verbs: ["bullets", "list", "points", "outline"],
      does: [
        'returns a text with one line for each text in $items, each beginning with "$sign "',
        'puts "$sign " before every text of the list $items and joins them with newlines',
        'gives back the texts in $items as lines, "$sign " in front of each',
        'makes a bullet list of $items: lines that start with "$sign "',
      ],
      slots: list,
      references: [
        code("", 'return "\\n".join("$sign " + x for x in $items)'),
        code("", 'return "\\n".join(f"$sign {x}" for x in $items)'),
      ],
      sample: (random) => [random.sample(WORDS, random.int(1, 4))],
      expected: ([items], { sign }) => (items as string[]).map((x) => `${sign} ${x}`).join("\n"),
    }),
    utility({
      name: "framed",
      parameters: "$p",
      verbs: ["frame", "box", "border", "enclose"],
      does: [
        'returns the text $p with "$sign" before and after it',
        'puts "$sign" on both sides of $p',
        'gives back "$sign", the text $p and "$sign" again',
        'frames $p with one "$sign" at each end',
      ],
      slots,
      references: [code("", 'return "$sign" + $p + "$sign"'), code("", 'return f"$sign{$p}$sign"')],
      sample: (random) => [random.pick(WORDS)],
      expected: ([p], { sign }) => `${sign}${p}${sign}`,
    }),
    utility({
      name: "columns",
      parameters: "$items",
      verbs: ["columns", "row", "join", "line_of"],
      does: [
        'returns the numbers in $items as a text with "$sign" between them',
        'joins the numbers of the list $items to one text with "$sign"',
        'gives back a text of all numbers in $items, separated by "$sign"',
        'writes the numbers of $items one after the other, "$sign" between two',
      ],
      slots: list,
      references: [
        code("", 'return "$sign".join(str(x) for x in $items)'),
        code("", 'return "$sign".join(map(str, $items))'),
      ],
      sample: (random) => [Array.from({ length: random.int(1, 5) }, () => random.int(0, 99))],
      expected: ([items], { sign }) => (items as number[]).join(sign),
    }),
  ],
};
