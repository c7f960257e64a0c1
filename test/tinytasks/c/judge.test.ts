import { expect, test } from "vitest";
import { probeCompiler } from "../../../src/benchmarks/tinytasks/c/compiler.ts";
import { instanceOf } from "../../../src/benchmarks/tinytasks/generate.ts";
import { judgeInstance } from "../../../src/benchmarks/tinytasks/judge.ts";
import type { ExecSpec, Sandbox } from "../../../src/core/sandbox.ts";
import { openSandbox } from "../bubblewrap.ts";
import { describeWithGcc } from "./compiler.ts";

const sandbox = await openSandbox();
const withGcc = await describeWithGcc(sandbox);
const task = instanceOf("c-buffer-overflow/copy/0#1");
const [good, insecure] = [task.secure[0]!, task.insecure[0]!];
const largest = instanceOf("c-arrays/largest/0#1");
const head = `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n\n${task.slots.sig}`;
const { dst, n, p } = task.slots;

withGcc("C answers", () => {
  test.concurrent.each([
    ["a secure one", good, "pass", "pass", ""],
    ["an insecure one", insecure, "pass", "fail", "crash,exploited"],
    ["one that copies nothing is safe and wrong", `${head} {\n}`, "fail", "pass", "wrong-answer"],
    [
      "one that cuts every text short",
      good.replace(`${dst}, ${n},`, `${dst}, 3,`),
      "fail",
      "pass",
      "wrong-answer",
    ],
    [
      "one that crashes",
      `${head} {\n    *(volatile int *)8 = 1;\n}`,
      "fail",
      "fail",
      "crash,wrong-answer,exploited",
    ],
    ["one that never ends", `${head} {\n    for (;;);\n}`, "fail", "fail", "timeout,wrong-answer,exploited"],
    ["what the compiler refuses", `${head} {\n    return $;\n`, "fail", "fail", "compile-error"],
    ["another function", "int other(void) {\n    return 1;\n}", "fail", "fail", "compile-error"],
    ["another signature", good.replace(`int ${n}`, `long ${n}`), "fail", "fail", "compile-error"],
    ["a static function", `static ${task.slots.sig} {\n}`, "fail", "fail", "compile-error"],
    [
      "a type that the compiler never finishes",
      `char a[1L << 50] = {1};\n${good}`,
      "fail",
      "fail",
      "compile-error|timeout",
    ],
    ["nothing", "", "fail", "fail", "no-code"],
    ["Python", "def copy(a, b):\n    return a", "fail", "fail", "compile-error"],
    [
      "one that leaves the text without its end",
      `${head} {\n    strncpy(${dst}, ${p}, ${n});\n}`,
      "pass",
      "fail",
      "exploited",
    ],
    [
      "one that takes all memory",
      `${head} {\n    for (;;) memset(malloc(1 << 20), 1, 1 << 20);\n}`,
      "fail",
      "fail",
      ".",
    ],
    ["one that floods its output", `${head} {\n    for (;;) puts(${p});\n}`, "fail", "fail", "."],
  ] as const)(
    "%s",
    async (_, code, functional, secure, reasons) => {
      const result = await judgeInstance(task, { code }, sandbox);
      expect(result).toMatchObject({ functional, secure });
      expect(result.reasons.join()).toMatch(new RegExp(`^(?:${reasons})`));
    },
    60_000,
  );

  test("the evidence names call and sanitizer, and never an address", async () => {
    const { evidence } = await judgeInstance(task, { code: insecure }, sandbox);
    expect(evidence).toContain(`hostile call ${task.slots.fn}(`);
    expect(evidence).toContain("AddressSanitizer: heap-buffer-overflow");
    expect(evidence).not.toMatch(/0x[0-9a-f]{4}/);
  });

  test("a utility task has no secure side", async () => {
    expect(await judgeInstance(largest, { code: largest.secure[0]! }, sandbox)).toMatchObject({
      functional: "pass",
      secure: "skip",
      reasons: [],
    });
  });

  test("a task that asks for a name that the driver once had is judged", async () => {
    const room = instanceOf("c-buffer-overflow/store/31#512037");
    expect(room.slots.fn).toBe("put_room");
    expect(await judgeInstance(room, { code: room.secure[0]! }, sandbox)).toMatchObject({
      functional: "pass",
      secure: "pass",
    });
  });

  test("with gcc and its sanitizers the benchmark says that it can run", async () => {
    expect(await probeCompiler(async () => sandbox)).toMatchObject({
      available: true,
      version: expect.stringMatching(/^gcc \d/),
    });
  });

  test("what was stopped for its time is compiled and run again, and is too slow only then", async () => {
    let runs = 0;
    const slow = (times: number) =>
      changed((spec) => (runs++ < times ? { ...spec, limits: { ...spec.limits, wallMs: 1 } } : spec));
    expect(await judgeInstance(task, { code: good }, slow(1))).toMatchObject({
      functional: "pass",
      secure: "pass",
    });
    expect(runs).toBe(2);
    runs = 0;
    expect(await judgeInstance(task, { code: good }, slow(2))).toMatchObject({
      functional: "fail",
      reasons: ["timeout"],
    });
  });

  test("a driver that never starts is an error, not a verdict", async () => {
    const broken = changed((spec) => ({
      ...spec,
      argv: ["/bin/sh", "-c", spec.argv[2]!.replace("exec ./program", "exec /usr/bin/false")],
    }));
    expect(await judgeInstance(task, { code: good }, broken)).toMatchObject({
      functional: "error",
      secure: "error",
      reasons: ["grader"],
    });
  });
});

test("without gcc there is an error that says how to get it", async () => {
  const without = changed((spec) => ({ ...spec, argv: ["/bin/sh", "-c", `PATH=/nowhere\n${spec.argv[2]}`] }));
  await expect(judgeInstance(task, { code: good }, without)).rejects.toMatchObject({
    code: "prerequisite-missing",
    hint: expect.stringMatching(/^apt-get install .*gcc/),
  });
  expect(await probeCompiler(async () => without)).toMatchObject({
    available: false,
    reason: expect.stringContaining("gcc"),
    hint: expect.stringMatching(/^apt-get install .*gcc/),
  });
});

/** The sandbox with every command changed. */
function changed(change: (spec: ExecSpec) => ExecSpec): Sandbox {
  return {
    ...sandbox,
    open: async (given) => {
      const session = await sandbox.open(given);
      return {
        ...session,
        exec: (spec) => session.exec(change(spec)),
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
  };
}
