import { z } from "zod";
import { AppError } from "../../core/error.ts";
import type { ExecResult, Limits, Sandbox, Session } from "../../core/sandbox.ts";
import { packageScript } from "./package-script.ts";
import { type RuleSet, RuleSetSchema } from "./rule-set.ts";

const gib = 1024 ** 3;
/** semgrep maps far more than it uses, and starts helpers. */
const limits: Limits = {
  memoryBytes: 3 * gib,
  mappedBytes: Number.POSITIVE_INFINITY,
  processes: 200,
  cpuSeconds: 3600,
  diskBytes: gib,
  files: 50_000,
  outputBytes: 256 * 1024 * 1024,
};
const scriptWallMs = 60_000;

/** Why a run gave nothing. */
export interface RunFailure {
  readonly reason: "timed-out" | "crashed";
  readonly message: string;
}

/** Code to search for by the package's own regex step. */
export interface PackageSearch {
  readonly text: string;
  /** Index and expression. */
  readonly regexes: readonly (readonly [number, string])[];
}

const SearchSchema = z.strictObject({
  /** Per text: index, start and end (code points) of each first match that is no comment. */
  results: z.array(z.array(z.tuple([z.number().int(), z.number().int(), z.number().int()]))),
});

/** Runs the installed package and its semgrep inside the sandbox. */
export class ToolBox {
  readonly #sandbox: Sandbox;
  readonly #folder: string;

  constructor(sandbox: Sandbox, pythonFolder: string) {
    this.#sandbox = sandbox;
    this.#folder = pythonFolder;
  }

  /** The package's rules as it loads them itself. Throws AppError when it cannot. */
  async rules(signal: AbortSignal): Promise<RuleSet> {
    const outcome = await this.#script({ op: "rules" }, RuleSetSchema, scriptWallMs, signal);
    if ("value" in outcome) return outcome.value;
    throw new AppError(
      "analyzer-failed",
      `codeshield's rules could not be read: ${outcome.failure.message}`,
      {
        boundary: "analyzer",
        hint: "npm run setup:tools",
      },
    );
  }

  async search(
    items: readonly PackageSearch[],
    wallMs: number,
    signal: AbortSignal,
  ): Promise<z.infer<typeof SearchSchema> | { failure: RunFailure }> {
    const outcome = await this.#script({ op: "search", items }, SearchSchema, wallMs, signal);
    if ("failure" in outcome) return outcome;
    if (outcome.value.results.length === items.length) return outcome.value;
    return { failure: { reason: "crashed", message: "the package answered for another number of texts" } };
  }

  /** Runs the package's semgrep command once over files, by name; gives its stdout, or why there is none. */
  async semgrep(
    command: readonly string[],
    files: readonly { readonly name: string; readonly text: string }[],
    wallMs: number,
    signal: AbortSignal,
  ): Promise<{ value: string } | { failure: RunFailure }> {
    await using session = await this.#open(wallMs);
    for (const { name, text } of files) await session.put(name, text);
    const [program, ...argv] = command;
    const paths = files.map(({ name }) => `/box/${name}`);
    const env = { SEMGREP_SEND_METRICS: "off", SEMGREP_ENABLE_VERSION_CHECK: "0" };
    const result = await session.exec({ argv: [program!, ...argv, ...paths], env, signal });
    // 2 also says that a rule could not be read; the output tells, and an incomplete one is refused there.
    const failure = failureOf(result, [0, 2]);
    return failure === undefined ? { value: decode(result.stdout) } : { failure };
  }

  async #script<T>(
    request: object,
    schema: z.ZodType<T>,
    wallMs: number,
    signal: AbortSignal,
  ): Promise<{ value: T } | { failure: RunFailure }> {
    await using session = await this.#open(wallMs);
    const argv = ["/usr/bin/python3", "-I", "-c", packageScript, this.#folder] as const;
    const result = await session.exec({ argv, stdin: JSON.stringify(request), signal });
    const failure = failureOf(result, [0]);
    if (failure !== undefined) return { failure };
    try {
      return { value: schema.parse(JSON.parse(decode(result.stdout))) };
    } catch (error) {
      return { failure: { reason: "crashed", message: `unreadable answer: ${error}` } };
    }
  }

  #open(wallMs: number): Promise<Session> {
    return this.#sandbox.open({ limits: { ...limits, wallMs }, readOnly: [this.#folder] });
  }
}

function failureOf(result: ExecResult, good: readonly number[]): RunFailure | undefined {
  if (result.timedOut) return { reason: "timed-out", message: `stopped after ${result.durationMs} ms` };
  const how = result.outOfMemory
    ? "ran out of memory"
    : result.truncated
      ? "wrote more than 256 MiB"
      : result.signal !== null
        ? `ended by ${result.signal}`
        : good.includes(result.exitCode ?? -1)
          ? undefined
          : `exit code ${result.exitCode}`;
  if (how === undefined) return undefined;
  const tail = decode(result.stderr).trim().split("\n").slice(-2).join(" ").slice(-300);
  return { reason: "crashed", message: tail === "" ? how : `${how}: ${tail}` };
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
