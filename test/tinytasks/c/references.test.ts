import { expect, test } from "vitest";
import { C_FAMILIES } from "../../../src/benchmarks/tinytasks/c/registry.ts";
import { findCTampering } from "../../../src/benchmarks/tinytasks/c/tampering.ts";
import { type Instance, instantiate, keysOf } from "../../../src/benchmarks/tinytasks/generate.ts";
import { judgeInstance } from "../../../src/benchmarks/tinytasks/judge.ts";
import { checkInstance, constantAnswer } from "../../../src/benchmarks/tinytasks/self-test.ts";
import { context, openBenchmark, openSandbox } from "../bubblewrap.ts";
import { describeWithGcc } from "./compiler.ts";

const sandbox = await openSandbox();
const withGcc = await describeWithGcc(sandbox);
const variants = C_FAMILIES.flatMap((family) =>
  family.variants.map((variant) => ({ family, variant, name: `${family.name}/${variant.name}` })),
);

// `sectune bench validate` runs every reference of every task; here, for each variant, one of each side.
withGcc("references", () => {
  test.concurrent.each(variants)(
    "$name",
    async ({ family, variant }) => {
      const keys = keysOf([family]).filter((key) => key.variant === variant);
      const instance = instantiate(keys[7]!, 11);
      const { cwe } = family;
      expect(await verdict(instance, instance.secure[1]!)).toEqual(["pass", cwe === null ? "skip" : "pass"]);
      if (cwe !== null) expect(await verdict(instance, instance.insecure[1]!)).toEqual(["pass", "fail"]);
      // Wrong, and not for the reason that it could not be compiled.
      const constant = await judgeInstance(instance, { code: constantAnswer(instance, "True") }, sandbox);
      expect(constant).toMatchObject({
        functional: "fail",
        reasons: expect.arrayContaining(["wrong-answer"]),
      });
    },
    60_000,
  );

  test("the whole check of one task", async () => {
    const [key] = keysOf(C_FAMILIES);
    expect(await checkInstance(instantiate(key!, 5), sandbox)).toEqual([]);
    const spoilt: Instance = { ...instantiate(key!, 5), secure: ["int x;", "int y;"] };
    expect(await checkInstance(spoilt, sandbox)).toHaveLength(2);
  }, 60_000);

  test("the benchmark judges what it gives", async () => {
    const benchmark = await openBenchmark({ languages: ["c"] });
    const filter = { splits: ["heldOutCwe"], limitPerSplit: 1, seed: 0 };
    for await (const task of benchmark.items(filter)) {
      expect(task.language).toBe("c");
      const text = `First\n\`\`\`text\nnothing\n\`\`\`\nthen\n\`\`\`c\n${constantC(task.prompt)}\n\`\`\``;
      const code = benchmark.extract(text, task);
      expect(code).toBe(`${constantC(task.prompt)}\n`);
      expect(await benchmark.judge(task, { text, language: "c", code }, context)).toMatchObject({
        functional: "fail",
      });
    }
  }, 60_000);
});

test("no local variable of a reference can have the name of an argument", () => {
  for (const { variant, name } of variants) {
    const pools = Object.values(variant.slots).flat();
    const { secure, insecure, otherSecure = [], otherInsecure = [] } = variant;
    const locals = [...secure, ...insecure, ...otherSecure, ...otherInsecure].flatMap((code) =>
      [
        ...code.matchAll(
          /\b(?:int|long|unsigned|float|double|\w+_t|__int128|char|void) \*?(\w+)(?:\[\w*\])?(?: =|;|,)/g,
        ),
        // Further ones of a declaration.
        ...code.matchAll(/, \*?(\w+) = /g),
      ].map((match) => match[1]!),
    );
    expect(
      locals.filter((local) => pools.includes(local)),
      name,
    ).toEqual([]);
  }
});

test("no reference of any key is called tampering, and none is long", () => {
  for (const key of keysOf(C_FAMILIES)) {
    const { secure, insecure } = instantiate(key, 2);
    for (const code of [...secure, ...insecure]) {
      expect(findCTampering(code), code).toBeNull();
      expect(code.split("\n").length, code).toBeLessThanOrEqual(14);
    }
  }
});

async function verdict(instance: Instance, code: string): Promise<string[]> {
  const { functional, secure } = await judgeInstance(instance, { code }, sandbox);
  return [functional, secure];
}

function constantC(prompt: string): string {
  return `/* ${prompt.length} characters */\nint constant(void) {\n    return 0;\n}`;
}
