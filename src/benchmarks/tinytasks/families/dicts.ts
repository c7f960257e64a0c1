import type { Json, JsonObject } from "../../../core/json.ts";
import { code } from "../cases.ts";
import type { Family } from "../family.ts";
import type { Random } from "../random.ts";
import { joined, NOUNS, WORDS } from "../words.ts";
import { UTILITY, utility } from "./utility.ts";

const slots = {
  d: [...joined(NOUNS, ["map", "dict", "table", "prices"]), "mapping", "data", "record", "settings"],
  key: WORDS,
  k: ["2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "15", "20"],
};

export const dicts: Family = {
  ...UTILITY,
  name: "dicts",
  variants: [
    utility({
      name: "get",
      parameters: "$d",
      verbs: ["get", "entry", "value_of", "look_up"],
      does: [
        'returns the value of "$key" in the dict $d, or $k if it is missing',
        'looks up "$key" in $d with the default $k',
        'gives back the entry "$key" of the dict $d, and $k when there is none',
        'reads "$key" from $d; without that key it returns $k',
      ],
      slots,
      references: [
        code("", 'return $d.get("$key", $k)'),
        code("", 'return $d["$key"] if "$key" in $d else $k'),
      ],
      sample: (random, { key }) => [
        random.int(0, 1) ? { ...dict(random), [key!]: random.int(30, 99) } : omit(dict(random), key!),
      ],
      expected: ([d], { key, k }) => (d as JsonObject)[key!] ?? Number(k),
    }),
    utility({
      name: "set",
      parameters: "$d",
      verbs: ["set", "with", "put", "mark"],
      does: [
        'returns a copy of the dict $d with "$key" set to $k',
        'copies $d, puts $k under the key "$key" and returns the copy',
        'gives back the dict $d with the entry "$key" changed to $k',
        'makes a dict like $d where "$key" is $k',
      ],
      slots,
      references: [code("", 'return {**$d, "$key": $k}'), code("", "return dict($d, $key=$k)")],
      sample: (random) => [dict(random)],
      expected: ([d], { key, k }) => ({ ...(d as JsonObject), [key!]: Number(k) }),
    }),
    utility({
      name: "keys",
      parameters: "$d",
      verbs: ["keys", "names", "keys_of", "sorted"],
      does: [
        "returns the sorted keys of the dict $d",
        "gives back a list of the keys of $d in order",
        "makes a sorted list of all keys in $d",
        "lists the keys of the dict $d from a to z",
      ],
      slots,
      references: [code("", "return sorted($d)"), code("", "return sorted($d.keys())")],
      sample: (random) => [dict(random)],
      expected: ([d]) => Object.keys(d as JsonObject).sort(),
    }),
    utility({
      name: "above",
      parameters: "$d",
      verbs: ["above", "filter", "keep", "large"],
      does: [
        "returns a dict with the entries of $d whose value is greater than $k",
        "keeps only the items of $d with a value above $k",
        "filters the dict $d: values over $k stay",
        "gives back the part of $d where the value is larger than $k",
      ],
      slots,
      references: [
        code("", "return {a: b for a, b in $d.items() if b > $k}"),
        code("", "return dict((a, b) for a, b in $d.items() if b > $k)"),
      ],
      sample: (random) => [dict(random)],
      expected: ([d], { k }) => entries(d, ([, b]) => b > Number(k)),
    }),
    utility({
      name: "total",
      parameters: "$d",
      verbs: ["total", "sum", "add_up", "sum_of"],
      does: [
        "returns the sum of all values in the dict $d",
        "adds up the values of $d",
        "gives back the total of the values that $d holds",
        "sums what is stored in the dict $d",
      ],
      slots,
      references: [code("", "return sum($d.values())"), code("", "return sum($d[x] for x in $d)")],
      sample: (random) => [dict(random)],
      expected: ([d]) => Object.values(d as Record<string, number>).reduce((a, b) => a + b, 0),
    }),
    utility({
      name: "drop",
      parameters: "$d",
      verbs: ["drop", "without", "leave_out", "skip"],
      does: [
        'returns the dict $d without the key "$key"',
        'leaves out the entry "$key" of $d and returns the rest as a dict',
        'gives back a copy of $d that has no "$key"',
        'copies all items of the dict $d except "$key"',
      ],
      slots,
      references: [
        code("", 'return {a: b for a, b in $d.items() if a != "$key"}'),
        code("", "out = dict($d)", 'out.pop("$key", None)', "return out"),
      ],
      sample: (random, { key }) => [{ ...dict(random), [key!]: 1 }],
      expected: ([d], { key }) => omit(d, key!),
    }),
  ],
};

function dict(random: Random): Record<string, number> {
  return Object.fromEntries(random.sample(WORDS, random.int(2, 4)).map((word) => [word, random.int(0, 25)]));
}

function omit(value: Json | undefined, key: string): JsonObject {
  return entries(value, ([a]) => a !== key);
}

function entries(value: Json | undefined, keep: (entry: [string, number]) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(value as Record<string, number>).filter(keep));
}
