import fc from "fast-check";
import { expect, it } from "vitest";
import { leavesReasoningOpen, splitReasoning } from "./reasoning.ts";

it.each([
  ["plain", false, { text: "plain" }],
  ["<think>why</think>\n\nbecause", false, { text: "because", reasoning: "why" }],
  ["  \n<think>\nwhy\n</think>  x", false, { text: "  x", reasoning: "why" }],
  ["<think>never closed", false, { text: "", reasoning: "never closed" }],
  ["why</think>\nbecause", false, { text: "because", reasoning: "why" }],
  ["<think>\n\n</think>\n\nfast", false, { text: "fast" }],
  ["cut off", true, { text: "", reasoning: "cut off" }],
  ["why</think>because", true, { text: "because", reasoning: "why" }],
  ["say <think>hm</think> aloud", false, { text: "say <think>hm</think> aloud" }],
  ["<think>a</think>b</think>c", false, { text: "b</think>c", reasoning: "a" }],
  ["mentions <think> only", false, { text: "mentions <think> only" }],
])("splits %j (opened: %s)", (raw, opened, expected) => {
  expect(splitReasoning(raw, opened)).toEqual(expected);
});

it("gives back what was put together", () => {
  const part = fc.string().filter((text) => !/think>/.test(text));
  fc.assert(
    fc.property(part, part, (reasoning, text) => {
      fc.pre(reasoning.trim() !== "" && !/^[\r\n]/.test(text));
      const split = { text, reasoning: reasoning.trim() };
      expect(splitReasoning(`<think>${reasoning}</think>\n${text}`)).toEqual(split);
      expect(splitReasoning(`${reasoning}</think>${text}`)).toEqual(split);
    }),
  );
});

it("knows whether a prompt ends inside reasoning", () => {
  expect(["<think>\n", "a<think>b</think>", "", "</think><think>"].map(leavesReasoningOpen)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
