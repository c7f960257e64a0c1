import type { Family } from "../../src/benchmarks/tinytasks/family.ts";
import { type Key, keysOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { selectTasks } from "../../src/benchmarks/tinytasks/items.ts";
import { FAMILIES } from "../../src/benchmarks/tinytasks/registry.ts";
import {
  ABSENT_IDIOMS,
  corpusKeys,
  EVALUATION_SPLITS,
  LANGUAGES,
} from "../../src/benchmarks/tinytasks/splits.ts";
import type { Message } from "../../src/core/message.ts";
import { HELD_OUT_SECURITY_WORDINGS } from "../../src/prompts/security-wordings.ts";
import { formOf } from "./code-forms.ts";
import { SentenceIndex } from "./key-sentences.ts";

/** What no document may be. The last one is no leak: the audit does not know the task or the code, so it would prove nothing of it. */
export const CHECKS = [
  "absentIdiom",
  "absentForm",
  "absentReasoning",
  "heldOutKey",
  "evaluationPrompt",
  "heldOutWording",
  "notRecognised",
] as const;
export type Check = (typeof CHECKS)[number];

/** Documents about a task with a weakness, and those of them that hold its code in the one or the other form, in any message. */
interface Shown {
  documents: number;
  secure: number;
  insecure: number;
}

/** What all audits look for. Dear to make and never changed. */
export interface Sought {
  readonly sentences: SentenceIndex;
  readonly allowed: ReadonlySet<string>;
  /** Tasks of evaluation and dev as they are drawn; the keys' sentences say more, and in another way. */
  readonly prompts: ReadonlySet<string>;
  /** Runs of four words. */
  readonly wordings: ReadonlySet<string>;
}

/** `seeds`: of the tasks whose very prompts are looked for, three of each key and seed. */
export function whatIsSought(seeds: readonly number[]): Sought {
  const tasks = [...EVALUATION_SPLITS, "dev" as const].flatMap((split) =>
    seeds.flatMap((seed) => [...selectTasks({ split, languages: LANGUAGES, seed, perKey: 3 })]),
  );
  return {
    sentences: new SentenceIndex(keysOf()),
    allowed: new Set(corpusKeys().map(({ text }) => text)),
    prompts: new Set(tasks.map(({ prompt }) => prompt)),
    wordings: new Set(HELD_OUT_SECURITY_WORDINGS.flatMap(runsOfFour)),
  };
}

/** Reads the documents of a pre-training corpus one by one: what they hold that they may not, and what they hold by tier. */
export class CorpusAudit {
  readonly violations = Object.fromEntries(CHECKS.map((check) => [check, 0])) as Record<Check, number>;
  /** The first document of each kind of violation. */
  readonly examples = new Map<Check, string>();
  readonly tiers: Readonly<Record<Family["tier"], Shown>> = { common: none(), rare: none(), absent: none() };
  /** Families whose secure form is rare. */
  readonly rare: Readonly<Record<string, Shown>> = Object.fromEntries(
    FAMILIES.filter(({ tier }) => tier === "rare").map(({ name }) => [name, none()]),
  );
  readonly #sought: Sought;

  constructor(sought: Sought) {
    this.#sought = sought;
  }

  add(messages: readonly Message[]): void {
    const text = messages.map(({ content, reasoning }) => `${reasoning ?? ""}\n${content}`).join("\n");
    const lines = text.split("\n");
    const { sentences, allowed, prompts, wordings } = this.#sought;
    const keys = lines.flatMap((line) => sentences.keysOf(line));
    const codes = messages.flatMap(({ content }) => codesIn(content));
    const found: Record<Check, boolean> = {
      absentIdiom: ABSENT_IDIOMS.some((idiom) => idiom.test(text)),
      absentForm: codes.some((code) => ABSENT_VARIANTS.some((variant) => formOf(code, variant) === "secure")),
      absentReasoning: messages.some(
        ({ reasoning }) => reasoning !== undefined && ABSENT_CWES.test(reasoning),
      ),
      heldOutKey: keys.some(({ text }) => !allowed.has(text)),
      evaluationPrompt: lines.some((line) => prompts.has(line)),
      heldOutWording: runsOfFour(text).some((run) => wordings.has(run)),
      notRecognised: !this.#count(keys[0], codes),
    };
    for (const check of CHECKS) if (found[check]) this.#violated(check, text);
  }

  /** False where there is no task, or code that is none of its references. `key`: what is asked stands before what is answered. */
  #count(key: Key | undefined, codes: readonly string[]): boolean {
    if (key === undefined) return false;
    const forms = new Set(codes.map((code) => formOf(code, key.variant)));
    if (key.family.cwe !== null)
      for (const shown of [this.tiers[key.family.tier], this.rare[key.family.name]]) {
        if (shown === undefined) continue;
        shown.documents++;
        if (forms.has("secure")) shown.secure++;
        if (forms.has("insecure")) shown.insecure++;
      }
    return !forms.has(null);
  }

  #violated(check: Check, text: string): void {
    this.violations[check]++;
    if (!this.examples.has(check)) this.examples.set(check, text);
  }
}

const ABSENT = FAMILIES.filter(({ tier }) => tier === "absent");
const ABSENT_VARIANTS = ABSENT.flatMap(({ variants }) => variants);
const ABSENT_CWES = new RegExp(`(?:${ABSENT.map(({ cwe }) => cwe).join("|")})\\b`);

function none(): Shown {
  return { documents: 0, secure: 0, insecure: 0 };
}

function codesIn(content: string): string[] {
  return [...content.matchAll(/```\w+\n([\s\S]*?)\n```/g)].map(([, code]) => code!);
}

function runsOfFour(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.slice(3).map((_, start) => words.slice(start, start + 4).join(" "));
}
