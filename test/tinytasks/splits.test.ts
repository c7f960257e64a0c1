import { expect, test } from "vitest";
import { matchesCwe } from "../../src/algorithms/cwe/match-cwe.ts";
import { corpusDocument } from "../../src/benchmarks/tinytasks/corpus.ts";
import type { Key } from "../../src/benchmarks/tinytasks/generate.ts";
import { selectTasks } from "../../src/benchmarks/tinytasks/items.ts";
import { seededRandom } from "../../src/benchmarks/tinytasks/random.ts";
import {
  corpusKeys,
  EVALUATION_SPLITS as EVALUATION,
  keysIn,
  LANGUAGES,
  type SplitName,
} from "../../src/benchmarks/tinytasks/splits.ts";
import { framesOf } from "../../src/benchmarks/tinytasks/wording.ts";

const HELD_OUT = ["heldOutCwe", "heldOutRare", "heldOutAbsent"] as const;
const all = (split: SplitName, seed = 0) => [
  ...selectTasks({ split, seed, perKey: 2, languages: LANGUAGES }),
];

test("evaluation has enough distinct keys and tasks", () => {
  const keys = EVALUATION.map((split) => keysIn(split).length);
  expect(Math.min(...keys)).toBeGreaterThanOrEqual(40);
  expect(keys.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(400);
  const tasks = EVALUATION.flatMap((split) => all(split));
  expect(new Set(tasks.map((task) => task.id)).size).toBe(tasks.length);
  expect(tasks.length).toBeGreaterThanOrEqual(800);
});

test("no CWE is in SFT data or dev and held out, nor its parent or child", () => {
  const cwes = (split: SplitName) => [
    ...new Set(keysIn(split, LANGUAGES).flatMap(({ family }) => (family.cwe === null ? [] : [family.cwe]))),
  ];
  const heldOut = HELD_OUT.flatMap(cwes);
  for (const split of ["seen", "train", "dev"] as const)
    for (const trained of cwes(split))
      for (const held of heldOut)
        expect(matchesCwe(trained, held), `${trained} in ${split}, ${held} held out`).toBe(false);
  for (const split of HELD_OUT) expect(cwes(split).length, split).toBeGreaterThanOrEqual(2);
});

test("the tier decides the split of a held-out key", () => {
  const tiers = (split: SplitName) => [...new Set(keysIn(split).map(({ family }) => family.tier))];
  expect(HELD_OUT.map(tiers)).toEqual([["common"], ["rare"], ["absent"]]);
  for (const split of HELD_OUT)
    expect(new Set(keysIn(split).map(({ family }) => family.use))).toEqual(new Set(["held-out"]));
  expect(new Set(keysIn("dev").map(({ family }) => family.use))).toEqual(
    new Set(["seen", "utility", "decoy"]),
  );
  expect(new Set(keysIn("train").map(({ family }) => family.use))).toEqual(new Set(["seen", "utility"]));
});

test("splits share no key and the corpus has none of evaluation or dev", () => {
  const groups = [...EVALUATION, "dev", "train"] as SplitName[];
  const keys = groups.flatMap((split) => keysIn(split, LANGUAGES).map(({ text }) => text));
  expect(new Set(keys).size).toBe(keys.length);
  const corpus = new Set(corpusKeys().map(({ text }) => text));
  for (const split of [...EVALUATION, "dev"] as SplitName[])
    for (const { text } of keysIn(split, LANGUAGES)) expect(corpus.has(text), text).toBe(false);
});

test("a selection depends on its seed, and a smaller one is the beginning of a larger one", () => {
  const take = (limit: number, seed: number) =>
    [...selectTasks({ split: "seen", seed, limit, perKey: 2 })].map(({ id }) => id);
  expect(take(50, 1)).toEqual(take(80, 1).slice(0, 50));
  expect(take(50, 1)).toEqual(take(50, 1));
  expect(take(50, 1)).not.toEqual(take(50, 2));
  // Every key once before any key twice.
  const clusters = [...selectTasks({ split: "heldOutCwe", seed: 0, perKey: 1 })].map(
    ({ cluster }) => cluster,
  );
  expect(new Set(clusters).size).toBe(clusters.length);
});

test("corpus audit: no document has the text of a held-out key, whatever the identifiers", () => {
  const random = seededRandom("audit");
  const held = [...EVALUATION, "dev" as const]
    .flatMap((split) => keysIn(split, LANGUAGES))
    .map((key) => ({ key, ...patternOf(key) }));
  const byKey = new Map(held.map((one) => [one.key.text, one]));
  const prompts = new Set(EVALUATION.flatMap((split) => all(split)).map(({ prompt }) => prompt));
  // The patterns do recognise their own keys: otherwise the audit would prove nothing.
  for (const task of EVALUATION.flatMap((split) => all(split, 1))) {
    const { literal, pattern } = byKey.get(task.cluster!)!;
    expect(task.prompt.includes(literal) && pattern.test(task.prompt), task.prompt).toBe(true);
  }
  for (let i = 0; i < 5000; i++) {
    // All messages in one: an answer can be a task too (the role `composed`).
    const text = corpusDocument(random, i % 2 === 0 ? "first" : "second")
      .map(({ content, reasoning }) => `${reasoning ?? ""}\n${content}`)
      .join("\n");
    for (const line of text.split("\n")) expect(prompts.has(line), line).toBe(false);
    const hit = held.find(({ literal, pattern }) => text.includes(literal) && pattern.test(text));
    expect(hit === undefined ? null : { hit: hit.key.text, text }).toBeNull();
  }
}, 120_000);

/** The key's sentence with every identifier and constant open, and its longest part without one: quicker to look for. */
function patternOf({ family, variant, wording }: Key): { literal: string; pattern: RegExp } {
  const frames = framesOf(family, variant);
  const does = variant.does[Math.floor(wording / frames.length)]!;
  const text = frames[wording % frames.length]!.replace("$does", () => does).replace(
    "$sig",
    () => variant.signature,
  );
  const parts = text.split(/\$[a-z]+/);
  const source = parts
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("(?:[^\\s()]+|[a-z]+ (?:letters|digits)|(?:head|tail|sort) -[a-z0-9 ]+?)");
  const literal = parts.reduce((longest, part) => (part.length > longest.length ? part : longest), "");
  return { literal, pattern: new RegExp(`(?:^|\\n)${source}(?:$|\\n)`) };
}
