import { defineCommand } from "citty";
import { isSandboxFailure, SANDBOX_FAILED, sandboxExec } from "../../app/sandbox-exec.ts";
import { describeLimits, parseLimits } from "../../app/sandbox-limits.ts";
import { repeated, usage } from "../arguments.ts";
import { catchInterrupts } from "../interrupt.ts";
import { printError, say, writeTo } from "../output.ts";

const exec = defineCommand({
  meta: {
    name: "exec",
    description:
      "`sectune sandbox exec -- COMMAND` runs it where model-written code runs, to see what it is allowed. " +
      "Input and output pass through. " +
      "Exit code: the command's own (128 + n after signal n), 124 time-out, 125 the sandbox itself failed.",
  },
  args: {
    sandbox: {
      type: "string",
      default: "bubblewrap",
      valueHint: "NAME",
      description: "bubblewrap, docker or process",
    },
    limit: { type: "string", valueHint: "NAME=VALUE", description: `may be repeated: ${describeLimits()}` },
    "read-only": {
      type: "string",
      valueHint: "PATH",
      description: "host folder to show under the same path; may be repeated",
    },
    unsafe: { type: "boolean", description: "allow the adapter without isolation (process)" },
  },
  run: async ({ args, rawArgs }) => {
    const end = rawArgs.indexOf("--");
    const [program, ...rest] = end < 0 ? [] : rawArgs.slice(end + 1);
    if (program === undefined) {
      throw usage("sectune sandbox exec: which command? It comes after `--`", "sectune sandbox exec");
    }
    const limits = parseLimits(repeated(rawArgs, "limit"));
    using interrupt = catchInterrupts(say);
    try {
      const { exitCode, notes } = await sandboxExec({
        argv: [program, ...rest],
        sandbox: args.sandbox,
        unsafe: args.unsafe === true,
        limits,
        readOnly: repeated(rawArgs, "read-only"),
        stdin: process.stdin,
        onOutput: (stream, chunk) => writeTo(stream === "stdout" ? process.stdout : process.stderr, chunk),
        signal: interrupt.signal,
      });
      for (const note of notes) say(`sectune: ${note}`);
      return exitCode;
    } catch (error) {
      if (!isSandboxFailure(error)) throw error;
      printError(error, { json: false });
      return SANDBOX_FAILED;
    }
  },
});

export const command = defineCommand({
  meta: { name: "sandbox", description: "The place where model-written code runs." },
  subCommands: { exec: () => Promise.resolve(exec) },
});
