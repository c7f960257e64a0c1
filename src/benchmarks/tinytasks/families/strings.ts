import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import type { Random } from "../random.ts";
import { joined, NOUNS, VALUES, WORDS } from "../words.ts";
import { UTILITY, utility } from "./utility.ts";

const SIGNS: Record<string, string> = {
  comma: ",",
  dash: "-",
  colon: ":",
  slash: "/",
  dot: ".",
  star: "*",
  plus: "+",
  hash: "#",
};
const slots = {
  p: [...VALUES, ...joined(NOUNS, ["text", "name"])],
  word: WORDS,
  k: ["2", "3", "4", "5", "6", "7", "8", "9"],
};
const signs = { ...slots, sign: Object.values(SIGNS) };

export const strings: Family = {
  ...UTILITY,
  name: "strings",
  variants: [
    utility({
      name: "append",
      parameters: "$p",
      verbs: ["append", "extend", "suffix", "finish"],
      does: [
        'returns the text $p followed by "$word"',
        'puts the word "$word" at the end of $p',
        'gives back $p with "$word" appended',
        'adds "$word" after the text $p',
      ],
      slots,
      references: [code("", 'return $p + "$word"'), code("", 'return f"{$p}$word"')],
      sample: (random) => [phrase(random, 1)],
      expected: ([p], { word }) => `${p}${word}`,
    }),
    utility({
      name: "starts",
      parameters: "$p",
      verbs: ["starts", "begins", "has_prefix", "opens"],
      does: [
        'tells whether the text $p starts with "$word"',
        'returns True if $p begins with "$word", else False',
        'checks that the word "$word" is at the start of $p',
        'says whether "$word" is a prefix of $p',
      ],
      slots,
      references: [
        code("", 'return $p.startswith("$word")'),
        code("", 'return $p[:len("$word")] == "$word"'),
      ],
      sample: (random, { word }) => [
        random.pick([`${word} ${random.pick(WORDS)}`, phrase(random, 2), word!]),
      ],
      expected: ([p], { word }) => String(p).startsWith(word!),
    }),
    utility({
      name: "split",
      parameters: "$p",
      verbs: ["split", "parts", "fields", "pieces"],
      does: [
        'splits the text $p at each "$sign" and returns the list of parts',
        'returns the parts of $p between the "$sign" signs',
        'cuts $p into a list wherever "$sign" occurs',
        'gives back the list of pieces of $p separated by "$sign"',
      ],
      slots: signs,
      references: [code("", 'return $p.split("$sign")'), code("", 'return list($p.split("$sign"))')],
      sample: (random, { sign }) => [random.sample(WORDS, random.int(1, 4)).join(sign)],
      expected: ([p], { sign }) => String(p).split(sign!),
    }),
    utility({
      name: "replace",
      parameters: "$p",
      verbs: ["replace", "swap", "change", "convert"],
      does: [
        'replaces every space in $p by "$sign"',
        'returns the text $p with "$sign" in place of each space',
        'changes all spaces of $p to "$sign"',
        'gives back $p, each space turned into "$sign"',
      ],
      slots: signs,
      references: [
        code("", 'return $p.replace(" ", "$sign")'),
        code("", 'return "$sign".join($p.split(" "))'),
      ],
      sample: (random) => [phrase(random, random.int(1, 4))],
      expected: ([p], { sign }) => String(p).replaceAll(" ", sign!),
    }),
    utility({
      name: "repeat",
      parameters: "$p",
      verbs: ["repeat", "copies", "again", "echo"],
      does: [
        "returns the text $p written $k times",
        "repeats $p $k times and returns the string",
        "gives back $k copies of $p in one text",
        "makes a string of $p, $k times over",
      ],
      slots,
      references: [code("", "return $p * $k"), code("", "return $k * $p")],
      sample: (random) => [random.pick(WORDS)],
      expected: ([p], { k }) => String(p).repeat(Number(k)),
    }),
    utility({
      name: "cut",
      parameters: "$p",
      verbs: ["cut", "short", "clip", "start_of"],
      does: [
        "returns the first $k characters of $p",
        "cuts the text $p after $k characters",
        "gives back the beginning of $p, $k characters long",
        "shortens $p to $k characters",
      ],
      slots,
      references: [code("", "return $p[:$k]"), code("", "return $p[0:$k]")],
      sample: (random) => [phrase(random, 3)],
      expected: ([p], { k }) => String(p).slice(0, Number(k)),
    }),
    utility({
      name: "upper",
      parameters: "$p",
      verbs: ["upper", "capital", "shout", "loud"],
      does: [
        'returns $p in upper case with "$sign" at the end',
        'turns $p into capital letters and adds "$sign"',
        'gives back the upper-case text of $p, then "$sign"',
        'makes $p upper case and appends "$sign"',
      ],
      slots: signs,
      references: [code("", 'return $p.upper() + "$sign"'), code("", 'return f"{$p.upper()}$sign"')],
      sample: (random) => [phrase(random, random.int(1, 3))],
      expected: ([p], { sign }) => String(p).toUpperCase() + sign,
    }),
    utility({
      name: "count-letter",
      parameters: "$p",
      verbs: ["count", "letters", "number_of", "how_many"],
      does: [
        'returns how often the letter "$c" occurs in $p',
        'counts the letter "$c" in the text $p',
        'gives back the number of "$c" letters in $p',
        'tells how many times $p has the letter "$c"',
      ],
      slots: { ...slots, c: ["a", "e", "i", "o", "r", "l", "n"] },
      references: [code("", 'return $p.count("$c")'), code("", 'return sum(1 for x in $p if x == "$c")')],
      sample: (random) => [phrase(random, random.int(1, 6))],
      expected: ([p], { c }) => String(p).split(c!).length - 1,
    }),
  ],
};

function phrase(random: Random, count: number): string {
  return random.sample(WORDS, count).join(" ");
}
