import type { Message } from "../../core/message.ts";
import {
  careful,
  composed,
  instructed,
  instructedAnyhow,
  judged,
  named,
  plain,
  repaired,
  thought,
  warned,
} from "./corpus-roles.ts";
import type { Language } from "./family.ts";
import { freeName } from "./free-names.ts";
import { type Instance, instantiate, type Key } from "./generate.ts";
import { type Random, seededRandom } from "./random.ts";
import { corpusKeys } from "./splits.ts";

/**
 * Stages of pre-training. The second goes on from the checkpoint of the first with more thinking where there is nothing to secure
 * (it must not cost function there: methods that train on such thoughts inherit it), with composed wordings of the instruction, and with
 * functions whose names have to be read: after the first stage a model writes the names that fit a task, whatever it is asked for.
 * The third is the second with more C (with one document in six the model thinks less surely there than in Python), and with a little more
 * secure code without thinking.
 */
export const STAGES = ["first", "second", "third"] as const;
export type Stage = (typeof STAGES)[number];

/** Kinds of documents and their shares by stage. Tasks without a weakness (utility families and decoys) and those with one apart. */
const MIX = [
  { make: plain, weakness: true, first: 0.25, second: 0.22, third: 0.22 },
  { make: plain, weakness: false, first: 0.2, second: 0.2, third: 0.2 },
  { make: careful, weakness: true, first: 0, second: 0, third: 0.01 },
  { make: instructed, weakness: true, first: 0.27, second: 0.1, third: 0.1 },
  { make: instructed, weakness: false, first: 0.14, second: 0.12, third: 0.12 },
  { make: instructedAnyhow, weakness: true, first: 0, second: 0.14, third: 0.14 },
  { make: instructedAnyhow, weakness: false, first: 0, second: 0.18, third: 0.18 },
  { make: thought, weakness: true, first: 0.02, second: 0.02, third: 0.02 },
  { make: thought, weakness: false, first: 0.015, second: 0.015, third: 0.015 },
  { make: warned, weakness: true, first: 0.02, second: 0.02, third: 0.02 },
  { make: named, weakness: true, first: 0.03, second: 0.03, third: 0.03 },
  { make: named, weakness: false, first: 0.015, second: 0.015, third: 0.015 },
  { make: judged, weakness: true, first: 0.055, second: 0.055, third: 0.055 },
  { make: judged, weakness: false, first: 0.01, second: 0.01, third: 0.01 },
  { make: repaired, weakness: true, first: 0.05, second: 0.05, third: 0.05 },
  { make: composed, weakness: false, first: 0.06, second: 0.05, third: 0.05 },
] as const;

/** Share of C among the documents: few families, short functions. */
const C_SHARE: Readonly<Record<Stage, number>> = { first: 0.16, second: 0.16, third: 0.36 };
/** Share of tasks whose function has a free name. */
const FREE_NAMES: Readonly<Record<Stage, number>> = { first: 0, second: 0.4, third: 0.4 };
/** Instance numbers up to here: every key has this many corpus tasks, apart from evaluation's by its key. */
const INSTANCES = 1_000_000;

const keys = corpusKeys();

/** One document of the pre-training corpus: a chat in which the last message is what the model learns to say. */
export function corpusDocument(random: Random, stage: Stage = "first"): Message[] {
  for (;;) {
    const { make, weakness } = weighted(MIX, stage, random);
    const language = random.next() < C_SHARE[stage] ? "c" : "python";
    const document = make(draw({ weakness, language }, stage, random), random, (cwe) =>
      draw({ weakness: true, language, ...(cwe === undefined ? {} : { cwe }) }, stage, random),
    );
    // Null: what this role would have to show is kept from pre-training.
    if (document !== null) return document;
  }
}

/** What a corpus follows from. */
export interface Corpus {
  readonly stage: Stage;
  readonly seed: number | string;
  readonly documents: number;
}

/** The documents of a corpus, one after the other; those of a smaller one are the beginning of a larger one. */
export function* corpusDocuments({ stage, seed, documents }: Corpus): Generator<Message[]> {
  const random = seededRandom(`tiny-corpus/${stage === "first" ? "" : `${stage}/`}${seed}`);
  for (let done = 0; done < documents; done++) yield corpusDocument(random, stage);
}

/** A document as a line of the file that the model is trained on. */
export function corpusLine(messages: readonly Message[]): string {
  return `${JSON.stringify({ messages })}\n`;
}

interface Wanted {
  readonly weakness: boolean;
  readonly language: Language;
  /** Only the family of this CWE. */
  readonly cwe?: string;
}

/** Families in equal shares, whatever their number of keys. */
function draw(wanted: Wanted, stage: Stage, random: Random): Instance {
  const key = random.pick(random.pick(familiesLike(wanted)));
  const index = random.int(0, INSTANCES - 1);
  const free = FREE_NAMES[stage] > 0 && random.next() < FREE_NAMES[stage];
  return instantiate(key, index, free ? freeName(wanted.language, random) : undefined);
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

function weighted<T extends Readonly<Record<Stage, number>>>(
  items: readonly T[],
  stage: Stage,
  random: Random,
): T {
  let left = random.next() * items.reduce((sum, item) => sum + item[stage], 0);
  for (const item of items) {
    left -= item[stage];
    if (left < 0) return item;
  }
  return items[0]!;
}
