import type { Message } from "../../core/message.ts";
import { composed, instructed, judged, named, plain, repaired, thought, warned } from "./corpus-roles.ts";
import { type Instance, instantiate, type Key } from "./generate.ts";
import type { Random } from "./random.ts";
import { corpusKeys } from "./splits.ts";

/** Kinds of documents and their shares. Tasks without a weakness (utility families and decoys) and those with one apart. */
const MIX = [
  { make: plain, weakness: true, weight: 0.25 },
  { make: plain, weakness: false, weight: 0.2 },
  { make: instructed, weakness: true, weight: 0.27 },
  { make: instructed, weakness: false, weight: 0.14 },
  { make: thought, weakness: true, weight: 0.02 },
  { make: thought, weakness: false, weight: 0.015 },
  { make: warned, weakness: true, weight: 0.02 },
  { make: named, weakness: true, weight: 0.03 },
  { make: named, weakness: false, weight: 0.015 },
  { make: judged, weakness: true, weight: 0.055 },
  { make: judged, weakness: false, weight: 0.01 },
  { make: repaired, weakness: true, weight: 0.05 },
  { make: composed, weakness: false, weight: 0.06 },
] as const;

/** Share of C among the documents: few families, short functions. */
const C_SHARE = 0.16;
/** Instance numbers up to here: every key has this many corpus tasks, apart from evaluation's by its key. */
const INSTANCES = 1_000_000;

const keys = corpusKeys();

/** One document of the pre-training corpus: a chat in which the last message is what the model learns to say. */
export function corpusDocument(random: Random): Message[] {
  for (;;) {
    const { make, weakness } = weighted(MIX, random);
    const language = random.next() < C_SHARE ? "c" : "python";
    const document = make(draw({ weakness, language }, random), random, (cwe) =>
      draw({ weakness: true, language, ...(cwe === undefined ? {} : { cwe }) }, random),
    );
    // Null: what this role would have to show is kept from pre-training.
    if (document !== null) return document;
  }
}

interface Wanted {
  readonly weakness: boolean;
  readonly language: string;
  /** Only the family of this CWE. */
  readonly cwe?: string;
}

/** Families in equal shares, whatever their number of keys. */
function draw(wanted: Wanted, random: Random): Instance {
  return instantiate(random.pick(random.pick(familiesLike(wanted))), random.int(0, INSTANCES - 1));
}

const groups = new Map<string, Key[][]>();

function familiesLike({ weakness, language, cwe }: Wanted): Key[][] {
  const name = `${weakness}/${language}/${cwe ?? ""}`;
  const known = groups.get(name);
  if (known !== undefined) return known;
  const fitting = keys.filter(
    ({ family }) =>
      (family.cwe !== null) === weakness &&
      family.language === language &&
      (cwe === undefined || family.cwe === cwe),
  );
  const families = [...new Set(fitting.map(({ family }) => family))].map((family) =>
    fitting.filter((key) => key.family === family),
  );
  groups.set(name, families);
  return families;
}

function weighted<T extends { readonly weight: number }>(items: readonly T[], random: Random): T {
  let left = random.next() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return items[0]!;
}
