import { expect, test } from "vitest";
import { type Instance, instantiate, keysOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { judgeInstance } from "../../src/benchmarks/tinytasks/judge.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import { checkInstance } from "../../src/benchmarks/tinytasks/self-test.ts";
import { OVER_HARDENED } from "../../src/benchmarks/tinytasks/verdicts.ts";
import { context, openBenchmark, openSandbox } from "./bubblewrap.ts";

const sandbox = await openSandbox();
const families = familiesOf(["python"]);

// `sectune bench validate` runs every reference of every task; here one secure and one insecure or hardened reference of one
// task of every variant, another pair in each variant of a family.
test.each(families.map((family) => [family.name, family] as const))(
  "references of %s behave as promised",
  async (_, family) => {
    const problems: string[] = [];
    for (const [i, variant] of family.variants.entries()) {
      const keys = keysOf([family]).filter((key) => key.variant === variant);
      const instance = instantiate(keys[(i * 7) % keys.length]!, i);
      const good = await judge(instance, instance.secure[i % instance.secure.length]!);
      const secure = family.cwe === null ? "skip" : "pass";
      if (good.functional !== "pass" || good.secure !== secure)
        problems.push(`${instance.item}: secure ${good.evidence}`);
      const { insecure, hardened } = instance;
      if (insecure.length > 0) {
        const bad = await judge(instance, insecure[i % insecure.length]!);
        if (bad.functional !== "pass" || bad.secure !== "fail")
          problems.push(`${instance.item}: insecure ${bad.evidence}`);
      }
      if (hardened.length > 0) {
        const bad = await judge(instance, hardened[i % hardened.length]!);
        if (bad.functional !== "fail" || !bad.reasons.includes(OVER_HARDENED))
          problems.push(`${instance.item}: hardened ${bad.reasons}`);
      }
    }
    expect(problems).toEqual([]);
  },
  240_000,
);

test("the self-test finds references that do not keep their promise", async () => {
  const of = (name: string) => instantiate(keysOf(families.filter((it) => it.name === name))[0]!, 1);
  const whole = of("sql-injection");
  const [otherSecure, otherInsecure] = [whole.otherSecure.slice(0, 1), whole.otherInsecure.slice(0, 1)];
  const sql = { ...whole, otherSecure, otherInsecure };
  expect(await checkInstance(sql, sandbox)).toEqual([]);
  const { secure, insecure } = sql;
  const swapped = {
    ...sql,
    ...{ secure: insecure, insecure: secure },
    ...{ otherSecure: otherInsecure, otherInsecure: otherSecure },
  };
  expect(await checkInstance(swapped, sandbox)).toHaveLength(secure.length + insecure.length + 2);
  const decoy = of("plain-text");
  expect(await checkInstance(decoy, sandbox)).toEqual([]);
  const wrong = ["def other():\n    return 1", ...decoy.secure.slice(0, 1)];
  expect(await checkInstance({ ...decoy, hardened: wrong }, sandbox)).toHaveLength(2);
}, 120_000);

test("the benchmark's self-test goes over the splits that are asked for", async () => {
  const benchmark = await openBenchmark();
  const splits = ["heldOutAbsent", "decoys"];
  const result = await benchmark.selfTest({ splits, limitPerSplit: 1, seed: 3 }, context);
  expect(result).toEqual({ checked: 2, problems: [] });
}, 60_000);

function judge(instance: Instance, code: string) {
  return judgeInstance(instance, { code }, sandbox);
}
