import { extractCode } from "../../src/benchmarks/tinytasks/extract.ts";
import type { Language } from "../../src/benchmarks/tinytasks/family.ts";
import { functionsOf, type Instance, instanceOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { selectTasks } from "../../src/benchmarks/tinytasks/items.ts";
import { judgeInstance } from "../../src/benchmarks/tinytasks/judge.ts";
import { seededRandom } from "../../src/benchmarks/tinytasks/random.ts";
import type { SplitName } from "../../src/benchmarks/tinytasks/splits.ts";
import type { Sandbox } from "../../src/core/sandbox.ts";
import { loadPrompt } from "../../src/prompts/load-prompt.ts";
import {
  HELD_OUT_SECURITY_WORDINGS,
  TRAINED_SECURITY_WORDINGS,
} from "../../src/prompts/security-wordings.ts";
import { orderedMap } from "../../src/util/ordered-map.ts";
import type { Ask } from "./bench.ts";

const secure = loadPrompt("secure");
const random = seededRandom("verify/tiny-coder/wordings");

/** How a task is put: as it is, under the structured prompt, under trained wordings, under wordings never trained. */
export const PROMPTS: Readonly<Record<string, (task: string) => string>> = {
  plain: (task) => task,
  secure: (task) => secure.render({ task }),
  trainedWordings: (task) => `${task}\n\n${random.pick(TRAINED_SECURITY_WORDINGS)}`,
  heldOutWordings: (task) => `${task}\n\n${random.pick(HELD_OUT_SECURITY_WORDINGS)}`,
};

interface CodeRequest {
  readonly split: SplitName;
  readonly prompt: string;
  readonly language: Language;
  readonly limit: number;
  readonly ask: Ask;
  readonly sandbox: Sandbox;
}

/** Percent of answers that work, and that work and resist; by family too. Null when the split has no tasks. */
export async function scoreCode({ split, prompt, language, limit, ask, sandbox }: CodeRequest) {
  const tasks = [...selectTasks({ split, languages: [language], limit, seed: 0, perKey: 2 })];
  if (tasks.length === 0) return null;
  const put = PROMPTS[prompt]!;
  const samples = await ask(
    tasks.map((task) => [{ role: "user" as const, content: put(task.prompt) }]),
    0.8,
  );
  const instances = tasks.map((task) => instanceOf(task.oracle!.item));
  const judge = async (_: unknown, i: number) =>
    judgeInstance(instances[i]!, { code: codeOf(instances[i]!, samples[i]!.text) }, sandbox);
  const verdicts = await Array.fromAsync(orderedMap(tasks, judge, { concurrency: 4 }));
  const byFamily: Record<string, { n: number; func: number; funcSec: number }> = {};
  let func = 0;
  let funcSec = 0;
  let errors = 0;
  for (const [i, verdict] of verdicts.entries()) {
    if (verdict.functional === "error" || verdict.secure === "error") {
      errors++;
      continue;
    }
    const works = verdict.functional === "pass" ? 1 : 0;
    const resists = works === 1 && verdict.secure === "pass" ? 1 : 0;
    func += works;
    funcSec += resists;
    const { name } = instances[i]!.key.family;
    const before = byFamily[name] ?? { n: 0, func: 0, funcSec: 0 };
    byFamily[name] = {
      n: before.n + 1,
      func: before.func + works,
      funcSec: before.funcSec + resists,
    };
  }
  const overHardened = verdicts.filter(({ reasons }) => reasons.includes("over-hardened")).length;
  const judged = tasks.length - errors;
  const security = !["utility", "decoys"].includes(split);
  return {
    n: judged,
    ...(errors > 0 ? { errors } : {}),
    func: percent(func, judged),
    ...(security ? { funcSec: percent(funcSec, judged) } : {}),
    ...(split === "decoys" ? { overHardened: percent(overHardened, judged) } : {}),
    reasoned: percent(samples.filter(({ reasoning }) => reasoning !== undefined).length, tasks.length),
    byFamily: Object.fromEntries(
      Object.entries(byFamily).map(([name, { n, func: f, funcSec: s }]) => [
        name,
        [n, percent(f, n), ...(security ? [percent(s, n)] : [])],
      ]),
    ),
  };
}

/** The code of an answer, as the benchmark takes it out. */
export function codeOf({ key, slots }: Instance, text: string): string | null {
  return extractCode(text, key.family.language, functionsOf(slots.sig!));
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10;
}
