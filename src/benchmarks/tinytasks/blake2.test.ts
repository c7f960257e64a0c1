import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { blake2 } from "./blake2.ts";

test("the longest digests are those of node:crypto", () => {
  for (const text of ["", "abc", "a longer text"]) {
    expect(blake2("b", text, 64)).toBe(createHash("blake2b512").update(text).digest("hex"));
    expect(blake2("s", text, 32)).toBe(createHash("blake2s256").update(text).digest("hex"));
  }
});

test("shorter ones are those of Python's hashlib", () => {
  expect(blake2("b", "violet", 32)).toBe("a5abb816640ab33fcedd127bedc2cdf97d295226384cd9c5626284f597f9ee82");
  expect(blake2("s", "violet", 20)).toBe("36af7bb27d4e15af8d294f98212b0d2a03c2ac9a");
  expect(() => blake2("s", "x".repeat(65), 32)).toThrow();
});
