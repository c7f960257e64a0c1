import type { Language } from "../../src/benchmarks/tinytasks/family.ts";
import { type Instance, instanceOf, keysOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { selectTasks } from "../../src/benchmarks/tinytasks/items.ts";
import { judgeInstance } from "../../src/benchmarks/tinytasks/judge.ts";
import { seededRandom } from "../../src/benchmarks/tinytasks/random.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import type { SplitName } from "../../src/benchmarks/tinytasks/splits.ts";
import { framesOf } from "../../src/benchmarks/tinytasks/wording.ts";
import type { Message } from "../../src/core/message.ts";
import type { Sandbox } from "../../src/core/sandbox.ts";
import { loadPrompt } from "../../src/prompts/load-prompt.ts";
import { orderedMap } from "../../src/util/ordered-map.ts";
import type { Ask } from "./bench.ts";
import { codeOf, percent } from "./code.ts";

interface RolesRequest {
  readonly language: Language;
  /** Rows per role. */
  readonly limit: number;
  readonly ask: Ask;
  readonly sandbox: Sandbox;
}

const SPLITS = ["heldOutCwe", "heldOutRare", "heldOutAbsent", "seen"] as const;

/** Percent right of each role on structures kept from pre-training, for each tier of CWEs, beside what needs no model. */
export async function scoreRoles(request: RolesRequest): Promise<object> {
  const result: Record<string, object> = {};
  const harmless = instancesOf("utility", request);
  const decoys = instancesOf("decoys", request);
  for (const split of SPLITS) {
    const weak = instancesOf(split, request);
    if (weak.length === 0) continue;
    result[split] = {
      classify: await classify(weak, [harmless, decoys], request),
      judge: await judge(weak, request),
      repair: await repair(weak, request),
      compose: await compose(weak, harmless, request),
    };
  }
  return result;
}

/**
 * The CWE of a task, among half as many tasks that have none, in equal parts of each kind there is: decoys look as if they had one.
 * Baseline: the most frequent answer, given always.
 */
async function classify(
  weak: readonly Instance[],
  harmless: readonly (readonly Instance[])[],
  { ask }: RolesRequest,
) {
  const kinds = harmless.filter((kind) => kind.length > 0);
  const all = [...weak, ...kinds.flatMap((kind) => kind.slice(0, Math.ceil(weak.length / 2 / kinds.length)))];
  const prompt = loadPrompt("classify-cwes");
  return labelled(
    all.map(({ prompt: task }) => prompt.render({ task })),
    all.map(({ key }) => key.family.cwe ?? "none"),
    ask,
  );
}

/** The CWE of weak code, `none` of secure code. Both are asked of every task: its text alone gives nothing away. */
async function judge(weak: readonly Instance[], { ask }: RolesRequest) {
  const prompt = loadPrompt("judge-code");
  const random = seededRandom("verify/tiny-coder/judge");
  const rows = weak.flatMap((one) =>
    [
      { pool: one.insecure, label: one.key.family.cwe! },
      { pool: one.secure, label: "none" },
    ].map(({ pool, label }) => {
      const code = fenced(one, random.pick(pool));
      return { asked: prompt.render({ task: one.prompt, code }), label };
    }),
  );
  return labelled(
    rows.map(({ asked }) => asked),
    rows.map(({ label }) => label),
    ask,
  );
}

/** Repairs that work and resist, executed. Baseline: the code that was given, which works and does not resist. */
async function repair(weak: readonly Instance[], { ask, sandbox }: RolesRequest) {
  const prompt = loadPrompt("repair-code");
  const random = seededRandom("verify/tiny-coder/repair");
  const given = weak.map(({ insecure }) => random.pick(insecure));
  const samples = await ask(
    weak.map((one, i) =>
      user(prompt.render({ task: one.prompt, code: fenced(one, given[i]!), finding: one.key.family.cwe! })),
    ),
    0,
  );
  const passing = async (codes: readonly (string | null)[]) => {
    const run = async (one: Instance, i: number) => judgeInstance(one, { code: codes[i]! }, sandbox);
    const verdicts = await Array.fromAsync(orderedMap(weak, run, { concurrency: 4 }));
    return percent(
      verdicts.filter(({ functional, secure }) => functional === "pass" && secure === "pass").length,
      weak.length,
    );
  };
  return {
    n: weak.length,
    right: await passing(samples.map(({ text }, i) => codeOf(weak[i]!, text))),
    copy: await passing(given),
    reflected: percent(samples.filter(({ reasoning }) => reasoning !== undefined).length, weak.length),
  };
}

/** Composed texts that are a task of a family with the wanted CWE. Baselines: the task that was given; a task of the most frequent CWE, always. */
async function compose(weak: readonly Instance[], harmless: readonly Instance[], request: RolesRequest) {
  const { ask, language } = request;
  const prompt = loadPrompt("compose-task");
  const patterns = new Map<string, RegExp[]>();
  for (const { family, variant, wording } of keysOf(familiesOf([language]))) {
    if (family.cwe === null) continue;
    const frames = framesOf(family, variant);
    const text = frames[wording % frames.length]!.replace("$sig", () => variant.signature).replace(
      "$does",
      () => variant.does[Math.floor(wording / frames.length)]!,
    );
    patterns.set(family.cwe, [...(patterns.get(family.cwe) ?? []), patternOf(text)]);
  }
  const rows = weak.map((one, i) => ({ seed: harmless[i % harmless.length]!, cwe: one.key.family.cwe! }));
  const samples = await ask(
    rows.map(({ seed, cwe }) =>
      user(prompt.render({ task: seed.prompt, cwe, language: language === "c" ? "C" : "Python" })),
    ),
    0,
  );
  const fits = (text: string, cwe: string) => patterns.get(cwe)!.some((pattern) => pattern.test(text.trim()));
  return {
    n: rows.length,
    right: percent(samples.filter(({ text }, i) => fits(text, rows[i]!.cwe)).length, rows.length),
    copy: percent(rows.filter(({ seed, cwe }) => fits(seed.prompt, cwe)).length, rows.length),
    majority: percent(mostFrequent(rows.map(({ cwe }) => cwe)), rows.length),
    different: new Set(samples.map(({ text }) => text)).size,
  };
}

async function labelled(asked: readonly string[], labels: readonly string[], ask: Ask) {
  const samples = await ask(asked.map(user), 0);
  return {
    n: labels.length,
    right: percent(samples.filter(({ text }, i) => text.trim() === labels[i]).length, labels.length),
    majority: percent(mostFrequent(labels), labels.length),
  };
}

/** How often the most frequent value occurs. */
function mostFrequent(values: readonly string[]): number {
  return Math.max(...[...Map.groupBy(values, (value) => value).values()].map((equal) => equal.length));
}

function instancesOf(split: SplitName, { language, limit }: RolesRequest): Instance[] {
  const tasks = selectTasks({ split, languages: [language], limit, seed: 1, perKey: 2 });
  return [...tasks].map(({ oracle }) => instanceOf(oracle!.item));
}

function fenced({ key }: Instance, code: string): string {
  return `\`\`\`${key.family.language}\n${code}\n\`\`\``;
}

function user(content: string): Message[] {
  return [{ role: "user", content }];
}

/** A text with places as a pattern: a place stands for anything within a line. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\$[a-z]+/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".+?")}$`);
}
