import { defineCommand } from "citty";
import { validateBenchmark } from "../../app/validate-benchmark.ts";
import { jsonOption, repeated, wholeNumber } from "../arguments.ts";
import { exitCodes } from "../exit-code.ts";
import { catchInterrupts } from "../interrupt.ts";
import { print, printJson, say } from "../output.ts";
import { printable } from "../printable.ts";

/** Lines of progress: one for this many items. */
const EVERY = 50;

const validate = defineCommand({
  meta: {
    name: "validate",
    description:
      "Run a benchmark's reference answers in the sandbox: secure ones must pass, insecure ones must work and be exploited. " +
      "Exit code 1 if one does not behave as promised.",
  },
  args: {
    benchmark: { type: "positional", required: true, valueHint: "NAME", description: "tinytasks, for one" },
    limit: { type: "string", valueHint: "N", description: "items per split; default: all that it gives" },
    split: { type: "string", valueHint: "NAME", description: "only this split; may be repeated" },
    seed: { type: "string", valueHint: "N", default: "0", description: "which items, and their order" },
    config: {
      type: "string",
      valueHint: "JSON",
      description: `the benchmark's settings, such as '{"languages": ["c"]}'`,
    },
    json: { type: "boolean", description: "one JSON line on stdout instead" },
  },
  run: async ({ args, rawArgs }) => {
    using interrupt = catchInterrupts(say);
    const splits = repeated(rawArgs, "split");
    const { checked, problems } = await validateBenchmark({
      benchmark: args.benchmark,
      config:
        args.config === undefined ? undefined : jsonOption(args.config, "config", "sectune bench validate"),
      splits: splits.length > 0 ? splits : undefined,
      limitPerSplit: wholeNumber(args.limit, "limit", 1),
      seed: wholeNumber(args.seed, "seed") ?? 0,
      signal: interrupt.signal,
      onProgress: (done) => {
        if (done % EVERY === 0) say(`${done} items checked`);
      },
      log: say,
    });
    if (args.json) printJson({ benchmark: args.benchmark, checked, problems });
    else {
      for (const problem of problems) print(printable(problem));
      print(`${checked} items checked, ${problems.length} problems`);
    }
    return problems.length > 0 ? exitCodes.failed : exitCodes.done;
  },
});

export const command = defineCommand({
  meta: { name: "bench", description: "Benchmarks: the tasks and their judging." },
  subCommands: { validate: () => Promise.resolve(validate) },
});
