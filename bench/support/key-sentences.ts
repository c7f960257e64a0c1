import type { Key } from "../../src/benchmarks/tinytasks/generate.ts";
import { framesOf } from "../../src/benchmarks/tinytasks/wording.ts";

/** How a key's tasks read, whatever their identifiers and constants. */
export interface Sentence {
  readonly key: Key;
  /** Its longest part without an open place: quicker to look for. */
  readonly literal: string;
  /** The whole line with every identifier and constant open. */
  readonly pattern: RegExp;
}

/** What may stand in an open place: an identifier or constant, or one of the phrases that some families have for them. */
const OPEN = "(?:[^\\s()]+|[a-z]+ (?:letters|digits)|(?:head|tail|sort) -[a-z0-9 ]+?)";

export function sentenceOf(key: Key): Sentence {
  const { family, variant, wording } = key;
  const frames = framesOf(family, variant);
  const does = variant.does[Math.floor(wording / frames.length)]!;
  const text = frames[wording % frames.length]!.replace("$does", () => does).replace(
    "$sig",
    () => variant.signature,
  );
  const parts = text.split(/\$[a-z]+/);
  const source = parts.map(escaped).join(OPEN);
  const literal = parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
  return { key, literal, pattern: new RegExp(`^${source}$`) };
}

/** Sentences of many keys, to be looked for in many lines: only those are tried of which a line has a piece. */
export class SentenceIndex {
  readonly #width: number;
  readonly #byPiece: Map<string, Sentence[]>;
  /** First characters of pieces: they are few, and most places of a line have another. */
  readonly #begins: ReadonlySet<string>;

  constructor(keys: readonly Key[]) {
    const sentences = keys.map(sentenceOf);
    this.#width = Math.min(...sentences.map(({ literal }) => literal.length));
    this.#byPiece = Map.groupBy(sentences, ({ literal }) => literal.slice(0, this.#width));
    this.#begins = new Set([...this.#byPiece.keys()].map((piece) => piece.charAt(0)));
  }

  /** The keys of which the line is a task. */
  keysOf(line: string): Key[] {
    const tried = new Set<Sentence>();
    for (let at = 0; at + this.#width <= line.length; at++) {
      if (!this.#begins.has(line.charAt(at))) continue;
      for (const sentence of this.#byPiece.get(line.slice(at, at + this.#width)) ?? [])
        if (line.startsWith(sentence.literal, at)) tried.add(sentence);
    }
    return [...tried].filter(({ pattern }) => pattern.test(line)).map(({ key }) => key);
  }
}

/** The text as a part of a regular expression. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
