import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { type Instance, instanceOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { judgeInstance } from "../../src/benchmarks/tinytasks/judge.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import type { ExecSpec, Sandbox } from "../../src/core/sandbox.ts";
import { openSandbox } from "./bubblewrap.ts";

const sandbox = await openSandbox();
const numbers = instanceOf("numbers/linear/0#1");
const random = instanceOf("weak-random/letters/0#1");

test("right, wrong and missing answers", async () => {
  const good = numbers.secure[0]!;
  expect(await judge(numbers, good)).toMatchObject({ functional: "pass", secure: "skip", reasons: [] });
  const wrong = await judge(numbers, good.replace("return ", "return 1 + "));
  expect(wrong).toMatchObject({ functional: "fail", secure: "skip", reasons: ["wrong-answer"] });
  expect(wrong.evidence).toContain(numbers.slots.fn);
  expect(await judge(numbers, null)).toMatchObject({ functional: "fail", reasons: ["no-code"] });
  expect(await judge(numbers, "def other():\n    return 1")).toMatchObject({ functional: "fail" });
});

test.each([
  ["def broken(:\n  pass", "syntax-error"],
  ["  indented = 1\n bad = 2", "syntax-error"],
  ["import not_a_module", "import-error"],
  ["raise ValueError('at load')", "load-error"],
  ["nul = '\0'", "syntax-error|load-error"],
  ["while True:\n    pass", "timeout"],
])("an answer that cannot be loaded fails: %j", async (code, reason) => {
  const result = await judge(random, code);
  expect(result).toMatchObject({ functional: "fail", secure: "fail" });
  expect(result.reasons.join()).toMatch(new RegExp(reason));
});

test.each([
  "weak-random/letters/0#1",
  "insecure-tempfile/text/0#1",
  "unsalted-hash/text/0#1",
  "repeatable/shuffle/0#1",
])(
  "%s: judged twice, an answer that draws values gives the same verdicts and evidence",
  async (item) => {
    const one = instanceOf(item);
    const answers = [
      ...one.insecure,
      ...one.hardened,
      one.secure[0]!.replace(/return (.*)$/m, "return [$1]"),
    ];
    for (const code of answers) {
      const [{ durationMs: _, ...first }, { durationMs: __, ...second }] = [
        await judge(one, code),
        await judge(one, code),
      ];
      expect(second).toEqual(first);
    }
  },
  120_000,
);

test("what an insecure answer is told does not depend on how fast the machine is", async () => {
  const families = familiesOf(["python"]).filter(({ cwe }) => cwe !== null);
  const instances = families.flatMap((family) =>
    (family.name === "unbounded-resource" || family.name === "zip-bomb"
      ? family.variants
      : family.variants.slice(0, 1)
    ).map((variant) => instanceOf(`${family.name}/${variant.name}/0#1`)),
  );
  const different: unknown[] = [];
  for (const one of instances) {
    const results = [];
    for (const speed of [1 / 3, 3]) {
      const code = one.insecure[one.insecure.length - 1]!;
      const { durationMs: _, ...rest } = await judgeInstance(
        one,
        { code },
        ofSpeed(() => speed),
      );
      results.push(rest);
    }
    if (!isDeepStrictEqual(results[0], results[1])) different.push(one.item, ...results);
  }
  expect(different).toEqual([]);
}, 120_000);

test("an answer that was stopped in time that it did not have is run again, and is too slow only then", async () => {
  // Long enough that the kernel's clock notices it.
  const good = `for _ in range(1_000_000):\n    pass\n\n${numbers.secure[0]}`;
  let runs = 0;
  const slowOnce = ofSpeed(() => (runs++ === 0 ? 1 / 100_000 : 1));
  expect(await judgeInstance(numbers, { code: good }, slowOnce)).toMatchObject({
    functional: "pass",
    reasons: [],
  });
  expect(runs).toBe(2);
  const tooSlow = await judgeInstance(
    numbers,
    { code: good },
    ofSpeed(() => 1 / 100_000),
  );
  expect(tooSlow).toMatchObject({ functional: "fail", reasons: ["timeout"] });
});

test("the order of a set is the same in every run", async () => {
  const { fn } = numbers.slots;
  const code = `def ${fn}(*_):\n    return list(set("abcdefghijkl"))`;
  const evidence = [await judge(numbers, code), await judge(numbers, code)].map((one) => one.evidence);
  expect(evidence[0]).toContain("returned [");
  expect(evidence[1]).toBe(evidence[0]);
});

test("an endless call fails without losing the others", async () => {
  const { fn } = numbers.slots;
  const result = await judge(
    numbers,
    `${numbers.secure[0]}\n\nright = ${fn}\n\ndef ${fn}(x):\n    if not hasattr(${fn}, "again"):\n        ${fn}.again = 1\n        while True:\n            pass\n    return right(x)`,
  );
  expect(result).toMatchObject({ functional: "fail" });
  expect(result.reasons).toEqual(["timeout", "wrong-answer"]);
});

test("a memory bomb and a flood of output fail", async () => {
  expect(await judge(numbers, replaceBody("return [b'x' * 10**8 for _ in range(100)]"))).toMatchObject({
    functional: "fail",
  });
  expect(await judge(numbers, replaceBody("print('x' * 10**7)\n    return 'x' * 10**7"))).toMatchObject({
    functional: "fail",
  });
});

test("a fault of the grader is an error, never a verdict", async () => {
  const broken = running(() => ["/usr/bin/no-such-python"]);
  const result = await judgeInstance(random, { code: random.secure[0]! }, broken);
  expect(result).toMatchObject({ functional: "error", secure: "error", reasons: ["grader"] });
});

test("over-hardened is what lost the function to the reflex, not any wrong answer", async () => {
  const decoy = instanceOf("plain-text/subject/0#1");
  const [plain] = decoy.secure;
  const hardened = await judge(decoy, decoy.hardened[0]!);
  expect(hardened).toMatchObject({
    functional: "fail",
    secure: "skip",
    reasons: ["wrong-answer", "over-hardened"],
  });
  const wrong = await judge(decoy, plain!.replace("return ", 'return "&" + '));
  expect(wrong).toMatchObject({ functional: "fail", reasons: ["wrong-answer"] });
  expect(await judge(decoy, plain!)).toMatchObject({ functional: "pass", reasons: [] });
});

test("a decompression bomb is not resisted by looking at the size afterwards", async () => {
  const bomb = instanceOf("zip-bomb/bytes/0#1");
  const { fn, data } = bomb.slots;
  const late = `import zlib\n\ndef ${fn}(${data}):\n    out = zlib.decompress(${data})\n    if len(out) > 100000:\n        raise ValueError("too large")\n    return out`;
  expect(await judge(bomb, late)).toMatchObject({ functional: "pass", secure: "fail" });
  expect(await judge(bomb, bomb.secure[1]!)).toMatchObject({ functional: "pass", secure: "pass" });
}, 30_000);

function judge(instance: Instance, code: string | null) {
  return judgeInstance(instance, { code }, sandbox);
}

function replaceBody(body: string): string {
  return `def ${numbers.slots.fn}(x):\n    ${body}`;
}

/** The sandbox, running something else than it was given. */
function running(change: (argv: ExecSpec["argv"]) => ExecSpec["argv"]): Sandbox {
  return {
    ...sandbox,
    open: async (spec) => {
      const session = await sandbox.open(spec);
      return {
        exec: (given) => session.exec({ ...given, argv: change(given.argv) }),
        start: (given) => session.start(given),
        put: (path, data, options) => session.put(path, data, options),
        get: (path, options) => session.get(path, options),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
  };
}

/** The sandbox with as much processor time a call as a machine of that speed would give; asked for in every run. */
function ofSpeed(speed: () => number): Sandbox {
  const timer = "setitimer(_signal.ITIMER_PROF, seconds_cpu)";
  return running(([program, ...args]) => {
    expect(args.at(-1)).toContain(timer);
    const runner = args.at(-1)!.replaceAll(timer, timer.replace("cpu)", `cpu * ${speed()})`));
    return [program, ...args.slice(0, -1), runner];
  });
}
