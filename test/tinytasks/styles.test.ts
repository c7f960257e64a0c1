import { expect, test } from "vitest";
import { type Instance, instantiate, keysOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { judgeInstance } from "../../src/benchmarks/tinytasks/judge.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import { orderedMap } from "../../src/util/ordered-map.ts";
import { openSandbox } from "./bubblewrap.ts";

const sandbox = await openSandbox();
const families = familiesOf(["python"]).filter(({ variants }) =>
  variants.some(({ otherSecure, otherInsecure }) => otherSecure || otherInsecure),
);

// Answers that differ from all references: what is told apart is what they do, not how they look. Here every other one, those
// in between at the next variant; `sectune bench validate` runs all of them for every task.
test.each(families.map((family) => [family.name, family] as const))(
  "%s: answers in other styles get the right verdict",
  async (_, family) => {
    const tries = family.variants.flatMap((variant, i) => {
      const keys = keysOf([family]).filter((key) => key.variant === variant);
      const instance = instantiate(keys[(i * 5 + 3) % keys.length]!, i + 2);
      return [
        ...instance.otherSecure.map((code) => ({ instance, code, secure: "pass" })),
        ...instance.otherInsecure.map((code) => ({ instance, code, secure: "fail" })),
      ].filter((_, j) => (i + j) % 2 === 0);
    });
    expect(tries.length).toBeGreaterThan(0);
    const problems: string[] = [];
    for await (const problem of orderedMap(tries, problemOf, { concurrency: 2 })) problems.push(...problem);
    expect(problems).toEqual([]);
  },
  300_000,
);

async function problemOf(one: { instance: Instance; code: string; secure: string }): Promise<string[]> {
  const got = await judgeInstance(one.instance, { code: one.code }, sandbox);
  if (got.functional === "pass" && got.secure === one.secure) return [];
  return [
    `${one.instance.item}: expected pass/${one.secure}, got ${got.functional}/${got.secure} (${got.evidence}) for\n${one.code}`,
  ];
}
