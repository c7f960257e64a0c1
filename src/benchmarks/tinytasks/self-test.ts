import type { Verdicts } from "../../core/benchmark.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import type { Instance } from "./generate.ts";
import { judgeInstance } from "./judge.ts";

/**
 * Runs an instance's references. Gives one line for each that does not behave as promised:
 * secure ones pass both sides, insecure ones pass functional and fail security, a constant answer fails functional.
 */
export async function checkInstance(
  instance: Instance,
  sandbox: Sandbox,
  signal?: AbortSignal,
): Promise<string[]> {
  const utility = instance.key.family.cwe === null;
  const problems: string[] = [];
  const expect = async (what: string, code: string, functional: string, secure: string | null) => {
    const got = await judgeInstance(instance, { code }, sandbox, signal);
    if (got.functional !== functional || (secure !== null && got.secure !== secure))
      problems.push(`${instance.item}: ${what} ${told(got)}, expected ${functional}/${secure ?? "any"}`);
  };
  if (instance.secure.length < 2) problems.push(`${instance.item}: fewer than two secure references`);
  if (!utility && instance.insecure.length < 2)
    problems.push(`${instance.item}: fewer than two insecure references`);
  const checks = [
    ...instance.secure.map(
      (code, i) => () => expect(`secure reference ${i}`, code, "pass", utility ? "skip" : "pass"),
    ),
    ...instance.insecure.map((code, i) => () => expect(`insecure reference ${i}`, code, "pass", "fail")),
    ...CONSTANTS.map(
      (value) => () => expect(`constant ${value}`, constantAnswer(instance, value), "fail", null),
    ),
    () => expect("empty answer", "", "fail", utility ? "skip" : "fail"),
  ];
  for (const run of checks) await run();
  return problems;
}

const CONSTANTS = ["None", "[0]", "True"];

/** Every function of the answer, returning one value whatever it is given. */
export function constantAnswer(instance: Instance, value: string): string {
  return instance.slots
    .sig!.split(" and ")
    .map((signature) => `def ${signature.replace(/\(.*/, "")}(*_):\n    return ${value}`)
    .join("\n\n");
}

function told({ functional, secure, evidence }: Verdicts): string {
  return `got ${functional}/${secure}${evidence === undefined ? "" : ` (${evidence.split("\n")[0]})`}`;
}
