import type { Services } from "../../src/core/adapter.ts";
import type { ExecResult, ExecSpec, Sandbox, Session } from "../../src/core/sandbox.ts";

/** What a pretended program gives: text, or how it failed. */
export type FakeResult = Partial<Omit<ExecResult, "stdout" | "stderr">> & {
  readonly stdout?: string;
  readonly stderr?: string;
  /** Files that it leaves in /box. */
  readonly writes?: Readonly<Record<string, string>>;
};

export interface FakeRun {
  readonly spec: ExecSpec;
  /** Files in /box, by relative path. */
  readonly files: ReadonlyMap<string, string>;
}

/** A sandbox in which nothing runs: a function answers for every program. */
export function fakeSandbox(answer: (run: FakeRun) => FakeResult): Sandbox {
  return {
    name: "fake",
    isolated: true,
    fingerprint: async () => "fake",
    network: () => Promise.reject(new Error("no network here")),
    open: async (): Promise<Session> => {
      const files = new Map<string, string>();
      return {
        exec: async (spec) => {
          const { stdout = "", stderr = "", writes = {}, ...rest } = answer({ spec, files });
          for (const [path, text] of Object.entries(writes)) files.set(path, text);
          return {
            exitCode: 0,
            signal: null,
            timedOut: false,
            outOfMemory: false,
            truncated: false,
            durationMs: 1,
            ...rest,
            stdout: Buffer.from(stdout),
            stderr: Buffer.from(stderr),
          };
        },
        start: () => Promise.reject(new Error("nothing starts here")),
        put: async (path, data) => {
          files.set(path, Buffer.from(data as string).toString());
        },
        get: async (path) => {
          const text = files.get(path);
          return text === undefined ? null : Buffer.from(text);
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

export function servicesWith(sandbox: Sandbox, env: Record<string, string | undefined> = {}): Services {
  const refuse = () => Promise.reject(new Error("not in this test"));
  return {
    env,
    worker: refuse,
    checkpoint: refuse,
    log: () => {},
    sandbox: async () => sandbox,
  };
}
