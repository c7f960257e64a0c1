import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearestName, suggestName } from "./nearest-name.ts";

describe("nearestName", () => {
  it("finds slips and leaves strangers alone", () => {
    expect(nearestName("benchmark", ["benchmarks", "budget"])).toBe("benchmarks");
    expect(nearestName("Sede", ["seed", "store"])).toBe("seed");
    expect(nearestName("zebra", ["seed", "store"])).toBeUndefined();
    expect(suggestName("zebra", ["seed", "store"])).toBe("valid: `seed`, `store`");
    expect(suggestName("x", [])).toBe("there are none");
    const many = Array.from({ length: 1000 }, (_, index) => `number-${index}`);
    expect(suggestName("zebra", many)).toMatch(/`number-39`, and 960 more$/);
  });

  it("is a distance", () => {
    const words = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});
