import type { JsonObject } from "../../../core/json.ts";
import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import type { Random } from "../random.ts";
import { VALUES, WORDS } from "../words.ts";
import { UTILITY, utility } from "./utility.ts";

const slots = {
  p: VALUES,
  sign: ["=", ":", "-", "/", "+"],
  d: ["data", "fields", "settings", "values", "prices", "ages", "sizes"],
};

export const formats: Family = {
  ...UTILITY,
  name: "formats",
  variants: [
    utility({
      name: "pair",
      parameters: "$p",
      verbs: ["pair", "split", "parts", "both"],
      does: [
        'returns the part of $p before the first "$sign" and the part after it as a list',
        'splits the text $p at the first "$sign" into a list of two texts',
        'gives back what stands before and after the first "$sign" in $p, as a list',
        'cuts $p once, at the first "$sign", and returns the list of both parts',
      ],
      slots,
      references: [
        code("", 'return $p.split("$sign", 1)'),
        code("", 'a, b = $p.split("$sign", 1)', "return [a, b]"),
      ],
      sample: (random, { sign }) => [random.sample(WORDS, random.int(2, 3)).join(sign)],
      expected: ([p], { sign }) => {
        const at = String(p).indexOf(sign!);
        return [String(p).slice(0, at), String(p).slice(at + 1)];
      },
    }),
    utility({
      name: "numbers",
      parameters: "$p",
      verbs: ["numbers", "parse", "integers", "read"],
      does: [
        'returns the integers of the text $p, which are separated by "$sign", as a list',
        'splits $p at every "$sign" and turns the parts into a list of integers',
        'gives back a list of the numbers in $p between the "$sign" signs',
        'reads the whole numbers of $p, joined by "$sign", into a list',
      ],
      slots: { ...slots, sign: [",", ";", ":", "/", "+"] },
      references: [
        code("", 'return [int(x) for x in $p.split("$sign")]'),
        code("", 'return list(map(int, $p.split("$sign")))'),
      ],
      sample: (random, { sign }) => [numbers(random).join(sign)],
      expected: ([p], { sign }) => String(p).split(sign!).map(Number),
    }),
    utility({
      name: "write",
      parameters: "$d",
      verbs: ["write", "lines", "dump", "show"],
      does: [
        'returns a text with a line for each entry of the dict $d: key, "$sign", value',
        'writes the dict $d as lines of key, "$sign" and value, joined by newlines',
        'gives back the entries of $d as lines, "$sign" between key and value',
        'turns the dict $d into text: one line of key, "$sign" and value for each entry',
      ],
      slots,
      references: [
        code("", 'return "\\n".join(f"{a}$sign{b}" for a, b in $d.items())'),
        code("", 'return "\\n".join(a + "$sign" + str(b) for a, b in $d.items())'),
      ],
      sample: (random) => [dict(random)],
      expected: ([d], { sign }) =>
        Object.entries(d as JsonObject)
          .map(([a, b]) => `${a}${sign}${b}`)
          .join("\n"),
    }),
    utility({
      name: "read",
      parameters: "$p",
      verbs: ["read", "to_dict", "parse", "entries"],
      does: [
        'returns a dict of the lines of $p, each of which is key, "$sign" and value',
        'reads every line of the text $p as key, "$sign" and value into a dict of texts',
        'gives back the dict that the lines of $p stand for, "$sign" between key and value',
        'turns the text $p, lines of key, "$sign" and value, into a dict',
      ],
      slots,
      references: [
        code("", 'return dict(x.split("$sign", 1) for x in $p.splitlines())'),
        code(
          "",
          "out = {}",
          "for x in $p.splitlines():",
          '    a, b = x.split("$sign", 1)',
          "    out[a] = b",
          "return out",
        ),
      ],
      sample: (random, { sign }) => [
        Object.entries(dict(random))
          .map(([a, b]) => `${a}${sign}${b}`)
          .join("\n"),
      ],
      expected: ([p], { sign }) =>
        Object.fromEntries(
          String(p)
            .split("\n")
            .map((line) => line.split(sign!) as [string, string]),
        ),
    }),
    utility({
      name: "extension",
      parameters: "$p",
      verbs: ["ending", "extension", "file_type", "kind"],
      does: [
        "returns what follows the last dot in the text $p",
        "gives back the extension of the file name $p without the dot",
        "takes the part of $p after its last dot",
        "tells the file type of the name $p: the text behind the last dot",
      ],
      slots,
      references: [code("", 'return $p.split(".")[-1]'), code("", 'return $p.rsplit(".", 1)[1]')],
      sample: (random) => [`${random.sample(WORDS, random.int(1, 2)).join(".")}.${random.pick(ENDINGS)}`],
      expected: ([p]) => String(p).split(".").at(-1)!,
    }),
  ],
};

const ENDINGS = ["txt", "csv", "md", "png", "py", "zip"];

function numbers(random: Random): number[] {
  return Array.from({ length: random.int(2, 4) }, () => random.int(0, 99));
}

function dict(random: Random): Record<string, number> {
  return Object.fromEntries(random.sample(WORDS, random.int(1, 3)).map((word) => [word, random.int(0, 99)]));
}
