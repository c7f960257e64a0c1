import { expect, test } from "vitest";
import { corpusDocument, STAGES, type Stage } from "../../src/benchmarks/tinytasks/corpus.ts";
import { selectTasks } from "../../src/benchmarks/tinytasks/items.ts";
import { seededRandom } from "../../src/benchmarks/tinytasks/random.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import { ABSENT_IDIOMS, EVALUATION_SPLITS, LANGUAGES } from "../../src/benchmarks/tinytasks/splits.ts";
import { HELD_OUT_SECURITY_WORDINGS } from "../../src/prompts/security-wordings.ts";

const random = seededRandom("test/corpus");
const documents = STAGES.flatMap((stage) =>
  Array.from({ length: 9000 }, () => corpusDocument(random, stage)),
);
const texts = documents.map((messages) =>
  messages.map(({ content, reasoning }) => `${reasoning ?? ""}\n${content}`).join("\n"),
);

const of = (stage: Stage) => documents.slice(STAGES.indexOf(stage) * 9000).slice(0, 9000);

test("no document of any role holds a secure idiom of the absent tier", () => {
  expect(ABSENT_IDIOMS.length).toBeGreaterThan(0);
  for (const idiom of ABSENT_IDIOMS) expect(texts.filter((text) => idiom.test(text))).toEqual([]);
});

test("no document holds an evaluation or dev task, nor a wording of the instruction that is kept for evaluation", () => {
  // A task is one line, of any message: the role `composed` answers with one.
  const lines = new Set(texts.flatMap((text) => text.split("\n")));
  for (const split of [...EVALUATION_SPLITS, "dev"] as const)
    for (const { prompt } of selectTasks({ split, languages: LANGUAGES, seed: 0, perKey: 3 })) {
      expect(prompt).not.toContain("\n");
      expect(lines.has(prompt), prompt).toBe(false);
    }
  for (const wording of HELD_OUT_SECURITY_WORDINGS)
    expect(texts.filter((text) => text.includes(wording))).toEqual([]);
});

test("no document holds four words in a row of a wording that is kept for evaluation", () => {
  const runsOf = (text: string) => {
    const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
    return words.slice(3).map((_, start) => words.slice(start, start + 4).join(" "));
  };
  const kept = new Set(HELD_OUT_SECURITY_WORDINGS.flatMap(runsOf));
  expect(kept.size).toBeGreaterThan(40);
  for (const text of texts) expect(runsOf(text).filter((run) => kept.has(run))).toEqual([]);
});

test("names have to be read after the first stage: a quarter is of no family, and every one stands in its task", () => {
  const fitting = new Set(
    familiesOf(["python"]).flatMap(({ variants }) =>
      variants.flatMap(({ slots }) => Object.values(slots).flat()),
    ),
  );
  const shareOfFree = (stage: Stage, atLeast = 4000) => {
    const names = of(stage).flatMap(([question, answer]) => {
      const name = /^```python\n(?:import [^\n]+\n|from [^\n]+\n|\n)*def (\w+)/.exec(answer!.content)?.[1];
      if (name === undefined) return [];
      expect(question!.content).toContain(name);
      return [name];
    });
    expect(names.length).toBeGreaterThan(atLeast);
    return names.filter((name) => !fitting.has(name)).length / names.length;
  };
  expect(shareOfFree("first")).toBe(0);
  expect(shareOfFree("second")).toBeGreaterThan(0.15);
  expect(shareOfFree("third", 3000)).toBeGreaterThan(0.15);
});

test("the third stage has twice the C of the others", () => {
  const shareOfC = (stage: Stage) =>
    of(stage).filter(([, answer]) => answer!.content.startsWith("```c\n")).length /
    of(stage).filter(([, answer]) => answer!.content.startsWith("```")).length;
  for (const stage of ["first", "second"] as const) expect(shareOfC(stage)).toBeLessThan(0.2);
  expect(shareOfC("third")).toBeGreaterThan(0.32);
});

test("every role and language occurs, and the same seed gives the same documents", () => {
  const asked = documents.map(([question]) => question!.content);
  for (const part of [
    "step by step before",
    "a careless solution of",
    "Which CWEs could",
    "Does this code have",
    "A review found",
    "Compose a new",
  ])
    expect(asked.filter((text) => text.includes(part)).length, part).toBeGreaterThan(100);
  expect(texts.filter((text) => text.includes("```c\n")).length).toBeGreaterThan(500);
  const again = seededRandom("test/corpus");
  expect(Array.from({ length: 50 }, () => corpusDocument(again))).toEqual(documents.slice(0, 50));
});
