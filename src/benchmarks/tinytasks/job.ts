import { readFileSync } from "node:fs";
import type { Call, Case, Plan } from "./family.ts";
import type { Random } from "./random.ts";

/** What enters the sandbox: the answer, files and calls. Nothing that says what is expected. */
export interface Job {
  readonly code: string;
  readonly modules: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
}

/** A case with the side that it decides. */
export interface SidedCase extends Case {
  readonly side: "functional" | "secure" | "reflex";
}

const [TWICE, RUNNER] = ["./twice.py", "./runner.py"].map((name) =>
  readFileSync(new URL(name, import.meta.url), "utf8"),
) as [string, string];

/** The program that runs these calls. Parts that they do not need are left out: reading them would cost time in every run. */
export function runnerFor(calls: readonly Call[]): string {
  return calls.some(({ twice }) => twice)
    ? RUNNER.replace(/\nmain\(\)\n$/, () => `\n${TWICE}\nmain()\n`)
    : RUNNER;
}

/** Nonce length that the runner reads. */
export const NONCE_CHARACTERS = 64;

/** Functional, hostile and reflex cases in an order that does not tell them apart. */
export function orderCases(plan: Plan, random: Random): SidedCase[] {
  return random.shuffle([
    ...plan.functional.map((one): SidedCase => ({ ...one, side: "functional" })),
    ...plan.exploits.map((one): SidedCase => ({ ...one, side: "secure" })),
    ...(plan.reflex ?? []).map((one): SidedCase => ({ ...one, side: "reflex" })),
  ]);
}

/** The runner's standard input. JSON text is a Python literal once `true`, `false` and `null` are names. */
export function encodeJob(code: string, plan: Plan, cases: readonly SidedCase[], nonce: string): Uint8Array {
  const job: Job = {
    code,
    modules: modulesOf(code),
    files: plan.files ?? {},
    calls: cases.map(({ call }) => call),
  };
  const text = Buffer.from(JSON.stringify(job));
  return Buffer.concat([Buffer.from(String(text.length).padStart(8, "0")), text, Buffer.from(nonce)]);
}

/**
 * Standard modules that the answer imports. The runner imports them before the answer runs, which keeps their own use of
 * guarded operations and their loading time out of the calls. Others are imported by the answer itself.
 */
function modulesOf(code: string): string[] {
  const named = [
    ...code.matchAll(/^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n#;]+))/gm),
  ].flatMap(([, from, list]) => (from ?? list!).split(",").map((name) => name.trim().split(/\s/)[0]!));
  return [...new Set(named)].filter((name) => KNOWN_MODULES.has(name));
}

const KNOWN_MODULES = new Set(
  (
    "abc ast base64 binascii calendar codecs collections contextlib copy csv dataclasses datetime decimal enum fractions " +
    "functools glob gzip hashlib heapq hmac html inspect io itertools json logging math numbers operator os os.path pathlib pickle " +
    "platform pprint random re secrets shlex shutil signal sqlite3 stat statistics string struct subprocess sys tempfile " +
    "textwrap threading time traceback types typing unicodedata urllib.parse uuid warnings xml.etree.ElementTree " +
    "xml.sax.saxutils zipfile zlib"
  ).split(" "),
);
