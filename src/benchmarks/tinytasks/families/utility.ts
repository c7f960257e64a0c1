import type { Json } from "../../../core/json.ts";
import { check, returns } from "../cases.ts";
import type { Family, Slots, Variant } from "../family.ts";
import type { Random } from "../random.ts";
import { joined, NOUNS } from "../words.ts";

/** What all utility families share: no weakness, so the reasoning says that none applies. */
export const UTILITY = {
  cwe: null,
  area: "utility",
  use: "utility",
  tier: "common",
  language: "python",
  reasoning: [
    "No outside input reaches a risky operation here: no CWE applies. A plain solution is fine.",
    "Weakness: none. The function only computes a value. Mitigation: not needed.",
    "Draft: compute the value. No CWE applies to it. Revised: nothing to change.",
  ],
} as const satisfies Partial<Family>;

/** One utility variant: argument lists that `sample` draws and what the call must return for them. */
export function utility(fields: {
  name: string;
  parameters: string;
  verbs: readonly string[];
  does: readonly string[];
  slots: Readonly<Record<string, readonly string[]>>;
  references: readonly string[];
  sample: (random: Random, slots: Slots) => Json[];
  expected: (args: Json[], slots: Slots) => Json;
}): Variant {
  const { name, parameters, verbs, does, slots, references, sample, expected } = fields;
  return {
    name,
    signature: `$fn(${parameters})`,
    does,
    slots: { ...slots, fn: joined(verbs, NOUNS) },
    secure: references,
    insecure: [],
    plan(given, random) {
      const cases = new Map<string, Json[]>();
      // Three different results, so that no constant answer passes.
      for (let tries = 0; cases.size < 3 && tries < 200; tries++) {
        const args = sample(random, given);
        const key = JSON.stringify(expected(args, given));
        if (!cases.has(key)) cases.set(key, args);
      }
      return {
        functional: [...cases.values()].map((args) => check(given.fn!, args, returns(expected(args, given)))),
        exploits: [],
      };
    },
  };
}

/** `count` integers from `low` to `high`. */
export function integers(random: Random, count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, () => random.int(low, high));
}
