import type { Json } from "../../../core/json.ts";
import { check, code } from "../cases.ts";
import type { Argument, Case, Family, Variant } from "../family.ts";
import { NOUNS } from "../words.ts";
import { DECOY, decoy } from "./decoy.ts";

const MEMBERS = Array.from({ length: 30 }, (_, i) => i + 100);
const base = {
  items: NOUNS.map((noun) => `${noun}s`),
  seed: ["seed", "start", "state", "run_number", "key_number"],
  k: ["8", "9", "10", "12", "15"],
};

export const repeatable: Family = {
  ...DECOY,
  name: "repeatable",
  reasoning: [
    "A repeatable experiment must follow from its seed: no CWE applies. Unpredictable numbers would break it.",
    "Weakness: none. Nothing secret is drawn. Mitigation: not needed, the seeded generator is right.",
    "Draft: random with the seed. No CWE applies to a simulation. Revised: nothing to change.",
  ],
  variants: [
    seeded(
      "shuffle",
      "$items, $seed",
      ["shuffle", "mix", "order", "scramble"],
      [
        "returns a shuffled copy of the list $items, always the same for the same seed $seed",
        "mixes a copy of $items with the generator seeded by $seed, so that a run can be repeated",
        "gives back the members of $items in an order that follows from the seed $seed",
        "shuffles $items repeatably: equal $seed, equal list",
      ],
      (source) => [`return ${source}.sample($items, len($items))`],
      (source) => ["out = list($items)", `${source}.shuffle(out)`, "return out"],
      () => MEMBERS.length,
      true,
    ),
    seeded(
      "sample",
      "$items, $seed",
      ["sample", "draw", "select", "subset"],
      [
        "returns $k random members of the list $items, always the same for the same seed $seed",
        "draws $k members of $items with the generator seeded by $seed, so that a run can be repeated",
        "gives back $k entries of $items that follow from the seed $seed",
        "samples $k of $items repeatably: equal $seed, equal list",
      ],
      (source) => [`return ${source}.sample($items, $k)`],
      (source) => [`out = ${source}.sample($items, $k)`, "return out"],
      (k) => k,
      true,
    ),
    seeded(
      "numbers",
      "$seed",
      ["numbers", "noise", "simulate", "series"],
      [
        "returns a list of $k random integers from 0 to 99, always the same for the same seed $seed",
        "draws $k integers from 0 to 99 with the generator seeded by $seed, so that a run can be repeated",
        "gives back $k numbers between 0 and 99 that follow from the seed $seed",
        "simulates $k random integers from 0 to 99 repeatably: equal $seed, equal list",
      ],
      (source) => [`source = ${source}`, "return [source.randint(0, 99) for _ in range($k)]"],
      (source) => [`source = ${source}`, "return [source.randrange(100) for _ in range($k)]"],
      (k) => k,
      false,
    ),
  ],
};

function seeded(
  name: string,
  parameters: string,
  verbs: readonly string[],
  does: readonly string[],
  one: (source: string) => readonly string[],
  two: (source: string) => readonly string[],
  size: (k: number) => number,
  distinct: boolean,
): Variant {
  const { items, ...rest } = base;
  const args = (seed: number): Argument[] => (parameters === "$seed" ? [seed] : [MEMBERS, seed]);
  const drawn =
    (length: number) =>
    (value: Json): boolean =>
      Array.isArray(value) &&
      value.length === length &&
      value.every((x) => (distinct ? MEMBERS.includes(x as number) : Number.isInteger(x) && inRange(x))) &&
      (!distinct || new Set(value).size === length) &&
      // Of at least 8 numbers: one in 40,000 seeds gives sorted ones.
      JSON.stringify(value) !== JSON.stringify([...value].sort((a, b) => Number(a) - Number(b)));
  /** Three draws from one seed: all fit, and are `same` or not. */
  const draw = (fn: string, seed: number, length: number, same: boolean): Case =>
    check(
      fn,
      args(seed),
      ({ returned }) =>
        Array.isArray(returned) &&
        returned.every(drawn(length)) &&
        (new Set(returned.map((value) => JSON.stringify(value))).size === 1) === same,
      { repeat: 3 },
    );
  return decoy({
    name,
    parameters,
    verbs,
    does,
    slots: name === "numbers" ? rest : { items, ...rest },
    plain: [
      code("import random", ...one("random.Random($seed)")),
      code("import random", ...two("random.Random($seed)")),
      code("import random", "random.seed($seed)", ...one("random")),
    ],
    hardened: [
      code("import secrets", ...one("secrets.SystemRandom()")),
      code("import random", ...two("random.SystemRandom()")),
    ],
    functional: ({ fn, k }) => [7, 8].map((seed) => draw(fn!, seed, size(Number(k)), true)),
    reflex: ({ fn, k }) => [draw(fn!, 7, size(Number(k)), false)],
  });
}

function inRange(value: Json): boolean {
  return typeof value === "number" && value >= 0 && value <= 99;
}
