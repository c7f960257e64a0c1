import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, sha256 } from "./hash.ts";

/** The definition, written for reading: sorted keys, no undefined members. */
function reference(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => reference(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${reference(member)}`);
  return `{${members.join(",")}}`;
}

test("canonical JSON is the definition's, reads back as the value, and does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(text).toBe(reference(value));
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonicalJson({ b: 1, a: [undefined, ""], c: undefined })).toBe('{"a":[null,""],"b":1}');
});

test("what JSON would silently change is refused", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => 1, 1n, { a: Number.NaN }]) {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  }
});

test("sha256 of text is that of its UTF-8 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(sha256(text)).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
    }),
  );
});
