import type { Language } from "./family.ts";
import type { Random } from "./random.ts";
import { familiesOf } from "./registry.ts";

/**
 * A function name that its task does not suggest: as another family's functions are called, or two or three words of any. Whoever is to
 * call a function so has to read the name; who has only seen fitting ones writes what usually stands there.
 */
export function freeName(language: Language, random: Random): string {
  const { names, words } = poolsOf(language);
  if (random.next() < 0.4) return random.pick(names);
  return Array.from({ length: random.int(2, 3) }, () => random.pick(words)).join("_");
}

interface Pools {
  /** Whole names of functions. */
  readonly names: readonly string[];
  /** Words of all identifiers: lower-case letters only. */
  readonly words: readonly string[];
}

const pools = new Map<Language, Pools>();

function poolsOf(language: Language): Pools {
  const known = pools.get(language);
  if (known !== undefined) return known;
  const slots = familiesOf([language]).flatMap(({ variants }) => variants.map((variant) => variant.slots));
  const names = [...new Set(slots.flatMap(({ fn }) => fn ?? []))];
  const words = slots.flatMap((pool) => Object.values(pool).flat()).flatMap((text) => text.split("_"));
  const made = { names, words: [...new Set(words)].filter((word) => /^[a-z]{2,12}$/.test(word)) };
  pools.set(language, made);
  return made;
}
