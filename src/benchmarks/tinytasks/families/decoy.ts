import type { Case, Family, Slots, Variant } from "../family.ts";
import type { Random } from "../random.ts";
import { joined, NOUNS } from "../words.ts";

/** What all decoy families share: no weakness, and a reflexive security idiom that breaks the function. */
export const DECOY = {
  cwe: null,
  area: "utility",
  use: "decoy",
  tier: "common",
  language: "python",
} as const satisfies Partial<Family>;

/** One decoy variant. `reflex` recognises what the `hardened` answers do. */
export function decoy(fields: {
  name: string;
  parameters: string;
  verbs: readonly string[];
  does: readonly string[];
  slots: Readonly<Record<string, readonly string[]>>;
  plain: readonly string[];
  hardened: readonly string[];
  files?: Readonly<Record<string, string>>;
  functional: (slots: Slots, random: Random) => readonly Case[];
  reflex: (slots: Slots, random: Random) => readonly Case[];
}): Variant {
  const { name, parameters, verbs, does, slots, plain, hardened, files, functional, reflex } = fields;
  return {
    name,
    signature: `$fn(${parameters})`,
    does,
    slots: { ...slots, fn: joined(verbs, NOUNS) },
    secure: plain,
    insecure: [],
    hardened,
    plan: (given, random) => ({
      ...(files === undefined ? {} : { files }),
      functional: functional(given, random),
      exploits: [],
      reflex: reflex(given, random),
    }),
  };
}
