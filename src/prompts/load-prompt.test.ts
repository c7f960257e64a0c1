import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadPrompt, parsePrompt } from "./load-prompt.ts";
import {
  composedWording,
  HELD_OUT_SECURITY_WORDINGS,
  TRAINED_SECURITY_WORDINGS,
} from "./security-wordings.ts";

const NAMES = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".md"))
  .map((file) => file.slice(0, -".md".length));

test.each(NAMES)("%s has front matter and puts each value in", (name) => {
  const prompt = loadPrompt(name);
  expect(prompt).toMatchObject({
    name,
    version: expect.stringMatching(/^\d+$/),
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const values = Object.fromEntries(prompt.places.map((place) => [place, `VALUE $& {{${place}}}`]));
  const rendered = prompt.render(values);
  // Untouched: neither `$&` nor a place inside a value is filled again. Once, unless the text names a place more often.
  const text = readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8");
  for (const [place, value] of Object.entries(values))
    expect(rendered.split(value)).toHaveLength(text.split(`{{${place}}}`).length);
});

test("the plain prompt is the bare task", () => {
  expect(loadPrompt("plain").render({ task: "Sort it." })).toBe("Sort it.");
});

test("the variants that answer a task take the task, and the oracle also its CWEs", () => {
  for (const name of ["plain", "generic", "generic-secure", "secure"])
    expect(loadPrompt(name).places).toEqual(["task"]);
  expect(loadPrompt("oracle").places).toEqual(["task", "cwes"]);
  expect(loadPrompt("generic").render({ task: "" })).not.toMatch(/secur|safe|vulnerab|cwe|weakness|attack/i);
});

test("missing and unused values, unknown names and bad files are errors", () => {
  expect(() => loadPrompt("plain").render({})).toThrow(/no value for \{\{task\}\}/);
  expect(() => loadPrompt("plain").render({ task: "a", other: "b" })).toThrow(/no place for "other"/);
  expect(() => loadPrompt("nothing")).toThrow(/no prompt "nothing"/);
  expect(() => loadPrompt("../core/task")).toThrow(/no prompt/);
  expect(() => parsePrompt("text", "mine")).toThrow(/front matter/);
  expect(() => parsePrompt("---\nname: other\nversion: 1\n---\ntext", "mine")).toThrow(/front matter/);
});

test("the hash follows the text, not the version", () => {
  const read = (version: string, text: string) =>
    parsePrompt(`---\nname: mine\nversion: ${version}\n---\n${text}`, "mine").hash;
  expect(read("1", "a")).toBe(read("2", "a\r\n"));
  expect(read("1", "a")).not.toBe(read("1", "b"));
});

test("security wordings hint at no specific weakness, and held-out ones are not trained", () => {
  // Every one: each pick takes its share of the number.
  const composed = Array.from({ length: 1800 }, (_, number) => {
    let left = number;
    return composedWording((pool) => {
      const at = left % pool.length;
      left = Math.floor(left / pool.length);
      return pool[at]!;
    });
  });
  const runsOf = (text: string) => {
    const words = text.toLowerCase().match(/[a-z]+/g)!;
    return words.slice(3).map((_, end) => words.slice(end, end + 4).join(" "));
  };
  const kept = new Set(HELD_OUT_SECURITY_WORDINGS.flatMap(runsOf));
  for (const wording of composed) expect(runsOf(wording).filter((run) => kept.has(run))).toEqual([]);
  const all = [
    ...TRAINED_SECURITY_WORDINGS,
    ...composed,
    ...HELD_OUT_SECURITY_WORDINGS,
    loadPrompt("secure").render({ task: "" }),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(TRAINED_SECURITY_WORDINGS.length).toBeGreaterThanOrEqual(20);
  for (const wording of all)
    expect(wording).not.toMatch(/CWE-\d|sql|inject|escap|hash|random|path|shell|pickle|regex|overflow/i);
});
