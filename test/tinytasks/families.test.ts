import { expect, test } from "vitest";
import { instantiate, keysOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import { ABSENT_IDIOMS, secureFormAllowed } from "../../src/benchmarks/tinytasks/splits.ts";
import { FRAMES } from "../../src/benchmarks/tinytasks/wording.ts";

const families = familiesOf(["python"]);
const weaknesses = families.filter(({ cwe }) => cwe !== null);

test("there are enough families of every kind", () => {
  expect(FRAMES.length).toBeGreaterThanOrEqual(6);
  const area = (name: string) => weaknesses.filter((family) => family.area === name).length;
  expect(weaknesses.length).toBeGreaterThanOrEqual(18);
  for (const name of ["injection", "resource", "trust"]) expect(area(name), name).toBeGreaterThanOrEqual(5);
  const use = (name: string) => families.filter((family) => family.use === name).length;
  expect(use("utility")).toBeGreaterThanOrEqual(8);
  expect(use("decoy")).toBeGreaterThanOrEqual(4);
  const tier = (name: string) => weaknesses.filter((family) => family.tier === name);
  expect(tier("rare").length).toBeGreaterThanOrEqual(2);
  expect(tier("absent").length).toBeGreaterThanOrEqual(2);
  for (const family of [...tier("rare"), ...tier("absent")]) expect(family.use, family.name).toBe("held-out");
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  expect(new Set(weaknesses.map(({ cwe }) => cwe)).size).toBe(weaknesses.length);
});

test.each(families.map((family) => [family.name, family] as const))("%s is complete", (_, family) => {
  expect(family.variants.length).toBeGreaterThanOrEqual(3);
  expect(family.reasoning.length).toBeGreaterThanOrEqual(3);
  for (const text of family.reasoning) {
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(40);
    // Utility families and decoys say that there is none.
    expect(text).toMatch(family.cwe === null ? /no CWE applies|Weakness: none/i : new RegExp(family.cwe));
  }
  for (const variant of family.variants) {
    expect(new Set(variant.does).size, variant.name).toBe(variant.does.length);
    expect(variant.does.length, variant.name).toBeGreaterThanOrEqual(3);
    expect(new Set(variant.secure).size, variant.name).toBeGreaterThanOrEqual(2);
    if (family.cwe !== null) expect(new Set(variant.insecure).size, variant.name).toBeGreaterThanOrEqual(2);
    else expect(variant.insecure).toEqual([]);
    expect((variant.hardened ?? []).length > 0, variant.name).toBe(family.use === "decoy");
  }
  // Every slot of every text has a value, in every wording.
  for (const key of keysOf([family])) expect(instantiate(key, 1).prompt).not.toMatch(/\$|undefined/);
});

test("idioms of absent families are in all of their secure references and nowhere else", () => {
  expect(ABSENT_IDIOMS.length).toBeGreaterThan(0);
  const matched = (text: string) => ABSENT_IDIOMS.filter((idiom) => idiom.test(text)).map(String);
  for (const family of familiesOf(["python", "c"])) {
    const absent = family.tier === "absent";
    if (absent) expect(family.idioms?.length, family.name).toBeGreaterThan(0);
    for (const key of keysOf([family]).filter(({ wording }) => wording % 11 === 0)) {
      expect(secureFormAllowed(key)).toBe(!absent);
      const { secure, insecure, hardened, reasoning, prompt } = instantiate(key, 5);
      for (const text of secure) {
        if (absent)
          expect(
            family.idioms!.some((idiom) => idiom.test(text)),
            text,
          ).toBe(true);
        else expect(matched(text), text).toEqual([]);
      }
      for (const text of [...insecure, ...hardened, ...reasoning, prompt])
        expect(matched(text), text).toEqual([]);
    }
  }
});
