import { expect, test } from "vitest";
import { C_FAMILIES } from "../../../src/benchmarks/tinytasks/c/registry.ts";
import { instantiate, keysOf } from "../../../src/benchmarks/tinytasks/generate.ts";
import { judgeInstance } from "../../../src/benchmarks/tinytasks/judge.ts";
import { openSandbox } from "../bubblewrap.ts";
import { describeWithGcc } from "./compiler.ts";

const sandbox = await openSandbox();
const withGcc = await describeWithGcc(sandbox);
const variants = C_FAMILIES.filter(({ cwe }) => cwe !== null).flatMap((family) =>
  family.variants.map((variant) => [`${family.name}/${variant.name}`, family, variant] as const),
);

// Answers that differ from all references: what is told apart is what they do, not how they look.
withGcc("answers in other styles", () => {
  test.concurrent.each(variants)(
    "%s",
    async (_, family, variant) => {
      const keys = keysOf([family]).filter((key) => key.variant === variant);
      const instance = instantiate(keys[3]!, 4);
      const wanted = [
        ...instance.otherSecure.map((code) => ({ code, functional: "pass", secure: "pass" })),
        ...instance.otherInsecure.map((code) => ({ code, functional: "pass", secure: "fail" })),
      ];
      expect(wanted.length).toBeGreaterThan(3);
      for (const { code, ...verdicts } of wanted) {
        const { functional, secure, evidence } = await judgeInstance(instance, { code }, sandbox);
        expect({ functional, secure }, `${evidence}\n${code}`).toEqual(verdicts);
      }
    },
    300_000,
  );
});
