import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonErrorOffset } from "./json-error-offset.ts";

test.each([
  ["", 0],
  ["[1, 2", 5],
  ["[1,, 2]", 3],
  ['{"a" 1}', 5],
  ['{"a": tru}', 6],
  ["{a: 1}", 1],
  ['"line\nbreak"', 5],
  ["[1] 2", 4],
  ["-", 0],
  ["nullx", 0],
  ["[]]", 2],
])("%j goes wrong at %i", (text, offset) => {
  expect(jsonErrorOffset(text)).toBe(offset);
});

test("JSON has no error, and a cut JSON object has one within its text", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, cut) => {
      expect(jsonErrorOffset(text)).toBeNull();
      const begun = `{"a": ${text}`.slice(0, 1 + (cut % (6 + text.length)));
      const offset = jsonErrorOffset(begun);
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(begun.length);
    }),
  );
});

test("deep nesting does not overflow", () => {
  expect(jsonErrorOffset("[".repeat(200_000))).toBe(200_000);
});
