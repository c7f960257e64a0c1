import type { Json } from "../../../core/json.ts";
import { check, code, refusedOr, returns } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, WORDS } from "../words.ts";
import { indexStyles } from "./negative-index-styles.ts";

const base = {
  items: NOUNS.map((noun) => `${noun}s`),
  i: ["i", "index", "pos", "position", "place", "at", "where"],
};

export const negativeIndex: Family = {
  name: "negative-index",
  cwe: "CWE-129",
  area: "resource",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "A negative $i counts from the end and reaches another entry: CWE-129, unchecked index. I check its range.",
    "Weakness: CWE-129. $i may lie outside of the list. Mitigation: 0 up to the length, else an error.",
    "Draft: index with $i at once. The index is unchecked (CWE-129). Revised: $i must be in range.",
  ],
  variants: [
    at(
      "member",
      "$items, $i",
      ["get", "member", "entry", "nth"],
      [
        "returns the member of the list $items at the position $i",
        "gives back the entry of $items with the index $i",
        "looks up the index $i in the list $items",
        "takes the item at $i from the list $items and returns it",
      ],
      ["return $items[$i]"],
      ["found = $items[$i]", "return found"],
      (list, i) => list[i]!,
    ),
    at(
      "upper",
      "$items, $i",
      ["upper", "loud", "shout", "capital"],
      [
        "returns in upper case the text of the list $items at the position $i",
        "gives back the entry of $items with the index $i in capital letters",
        "looks up the index $i in the list $items and makes the text upper case",
        "takes the text at $i from the list $items and returns it in upper case",
      ],
      ["return $items[$i].upper()"],
      ["found = $items[$i]", "return found.upper()"],
      (list, i) => list[i]!.toUpperCase(),
    ),
    at(
      "set",
      "$items, $i, $x",
      ["set", "replace", "change", "put"],
      [
        "puts $x at the position $i of the list $items and returns the list",
        "replaces the entry of $items with the index $i by $x and returns $items",
        "sets the index $i of the list $items to $x and gives the list back",
        "changes the item at $i in $items to $x and returns the list",
      ],
      ["$items[$i] = $x", "return $items"],
      ["$items[$i:$i + 1] = [$x]", "return $items"],
      (list, i, x) => list.map((one, at) => (at === i ? x : one)),
    ),
    at(
      "drop",
      "$items, $i",
      ["drop", "remove", "delete", "leave_out"],
      [
        "removes the member at the position $i from the list $items and returns the list",
        "deletes the entry of $items with the index $i and returns $items",
        "takes the index $i out of the list $items and gives the list back",
        "drops the item at $i from $items and returns the list",
      ],
      ["del $items[$i]", "return $items"],
      ["$items.pop($i)", "return $items"],
      (list, i) => list.filter((_, at) => at !== i),
    ),
  ],
};

function at(
  name: string,
  parameters: string,
  verbs: readonly string[],
  does: readonly string[],
  one: readonly string[],
  two: readonly string[],
  expected: (list: readonly string[], i: number, x: string) => Json,
): Variant {
  const refuse = '    raise IndexError("bad position")';
  return {
    name,
    signature: `$fn(${parameters})`,
    does,
    slots: {
      ...base,
      ...(name === "set" ? { x: ["x", "value", "item", "new", "word"] } : {}),
      fn: joined(verbs, NOUNS),
    },
    secure: [
      code("", "if $i < 0 or $i >= len($items):", refuse, ...one),
      code("", "if not 0 <= $i < len($items):", refuse, ...two),
    ],
    insecure: [code("", ...one), code("", ...two)],
    ...indexStyles(one),
    plan(slots, random) {
      const list = random.sample(WORDS, 5);
      const args = (i: number) => (name === "set" ? [list, i, "new"] : [list, i]);
      const ask = (i: number) => check(slots.fn!, args(i), returns(expected(list, i, "new")));
      const atFirst = expected(list, 0, "new");
      return {
        functional: [ask(0), ask(random.int(1, 3)), ask(4)],
        // One that Python's own check would catch proves nothing, so all reach an entry.
        exploits: [-1, -2, -4].map((i) =>
          check(
            slots.fn!,
            args(i),
            (seen) =>
              refusedOr((value) => harmless(value, list, atFirst))(seen) &&
              [list, atFirst].some((left) => same(seen.probes[0] ?? null, left)),
            { probes: [{ kind: "argument", index: 0 }] },
          ),
        ),
      };
    },
  };
}

/** Refused without an exception, left alone, or taken as the nearest place that there is, which is the first. */
function harmless(value: Json, list: readonly string[], atFirst: Json): boolean {
  if (same(value, list) || same(value, atFirst)) return true;
  const entries = [...list, ...list.map((one) => one.toUpperCase())];
  return (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    same(value, []) ||
    (typeof value === "string" && !entries.includes(value))
  );
}

function same(value: Json, wanted: Json | readonly string[]): boolean {
  return JSON.stringify(value) === JSON.stringify(wanted);
}
