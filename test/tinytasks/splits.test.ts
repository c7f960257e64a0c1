import { expect, test } from "vitest";
import { SentenceIndex } from "../../bench/support/key-sentences.ts";
import { matchesCwe } from "../../src/algorithms/cwe/match-cwe.ts";
import { corpusDocument, STAGES } from "../../src/benchmarks/tinytasks/corpus.ts";
import { selectTasks } from "../../src/benchmarks/tinytasks/items.ts";
import { seededRandom } from "../../src/benchmarks/tinytasks/random.ts";
import {
  corpusKeys,
  EVALUATION_SPLITS as EVALUATION,
  keysIn,
  LANGUAGES,
  type SplitName,
} from "../../src/benchmarks/tinytasks/splits.ts";

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
  const held = new SentenceIndex(
    [...EVALUATION, "dev" as const].flatMap((split) => keysIn(split, LANGUAGES)),
  );
  const prompts = new Set(EVALUATION.flatMap((split) => all(split)).map(({ prompt }) => prompt));
  // The sentences do recognise their own keys: otherwise the audit would prove nothing.
  for (const task of EVALUATION.flatMap((split) => all(split, 1)))
    expect(
      held.keysOf(task.prompt).map(({ text }) => text),
      task.prompt,
    ).toContain(task.cluster);
  for (let i = 0; i < 5000; i++) {
    // All messages: an answer can be a task too (the role `composed`).
    const text = corpusDocument(random, STAGES[i % STAGES.length])
      .map(({ content, reasoning }) => `${reasoning ?? ""}\n${content}`)
      .join("\n");
    for (const line of text.split("\n")) {
      expect(prompts.has(line), line).toBe(false);
      const hit = held.keysOf(line).map((key) => key.text);
      expect(hit.length === 0 ? null : { hit, text }).toBeNull();
    }
  }
}, 120_000);
