import type { Verdicts } from "../../core/benchmark.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import { cConstantAnswer } from "./c/constant-answer.ts";
import { functionsOf, type Instance } from "./generate.ts";
import { judgeInstance } from "./judge.ts";
import { OVER_HARDENED } from "./verdicts.ts";

/**
 * Runs an instance's references. Gives one line for each that does not behave as promised:
 * secure ones pass both sides, insecure ones pass functional and fail security, hardened ones of decoys fail functional as
 * over-hardened, and so do constant answers for whatever reason but that.
 */
export async function checkInstance(
  instance: Instance,
  sandbox: Sandbox,
  signal?: AbortSignal,
): Promise<string[]> {
  const utility = instance.key.family.cwe === null;
  const problems: string[] = [];
  const expect = async (what: string, code: string, functional: string, secure: string) => {
    const got = await judgeInstance(instance, { code }, sandbox, signal);
    if (got.functional !== functional || got.secure !== secure)
      problems.push(`${instance.item}: ${what} ${told(got)}, expected ${functional}/${secure}`);
  };
  const expectHardened = async (what: string, code: string, hardened: boolean) => {
    const got = await judgeInstance(instance, { code }, sandbox, signal);
    if (got.functional !== "fail" || got.reasons.includes(OVER_HARDENED) !== hardened)
      problems.push(
        `${instance.item}: ${what} ${told(got)}, expected fail${hardened ? " as over-hardened" : ""}`,
      );
  };
  const decoy = instance.key.family.use === "decoy";
  if (decoy !== instance.hardened.length > 0)
    problems.push(`${instance.item}: decoys, and only they, have hardened forms`);
  if (instance.secure.length < 2) problems.push(`${instance.item}: fewer than two secure references`);
  if (!utility && instance.insecure.length < 2)
    problems.push(`${instance.item}: fewer than two insecure references`);
  const checks = [
    ...instance.secure.map(
      (code, i) => () => expect(`secure reference ${i}`, code, "pass", utility ? "skip" : "pass"),
    ),
    ...instance.insecure.map((code, i) => () => expect(`insecure reference ${i}`, code, "pass", "fail")),
    ...instance.otherSecure.map((code, i) => () => expect(`other secure style ${i}`, code, "pass", "pass")),
    ...instance.otherInsecure.map(
      (code, i) => () => expect(`other insecure style ${i}`, code, "pass", "fail"),
    ),
    ...instance.hardened.map((code, i) => () => expectHardened(`hardened reference ${i}`, code, true)),
    ...CONSTANTS.map(
      (value) => () => expectHardened(`constant ${value}`, constantAnswer(instance, value), false),
    ),
    () => expect("empty answer", "", "fail", utility ? "skip" : "fail"),
  ];
  for (const run of checks) await run();
  return problems;
}

const CONSTANTS = ["None", "[0]", "True"];

/** Every function of the answer, returning one value whatever it is given. */
export function constantAnswer(instance: Instance, value: string): string {
  if (instance.key.family.language === "c") return cConstantAnswer(instance.slots.sig!, value);
  return functionsOf(instance.slots.sig!)
    .map((name) => `def ${name}(*_):\n    return ${value}`)
    .join("\n\n");
}

function told({ functional, secure, reasons, evidence }: Verdicts): string {
  return `got ${functional}/${secure}${reasons.length > 0 ? ` ${reasons}` : ""}${evidence === undefined ? "" : ` (${evidence.split("\n")[0]})`}`;
}
