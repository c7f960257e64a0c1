import { describe, expect, it } from "vitest";
import { mentions } from "./words.ts";

describe("whether a text names a variable", () => {
  it.each([
    ["name in ALLOWED", "name", true],
    ["(name)", "name", true],
    ["rename(filename) or name", "name", true],
    ["self.name == 1", "self.name", true],
    ["name[0] > 1", "name", true],
    ["filename == 1", "name", false],
    ["name2 == 1", "name", false],
    ["other.name == 1", "name", false],
    ["", "name", false],
    ["a", "", false],
  ])("%j mentions %j: %s", (text, name, expected) => {
    expect(mentions(text, name)).toBe(expected);
  });
});
