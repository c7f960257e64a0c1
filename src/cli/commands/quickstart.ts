import { join } from "node:path";
import { defineCommand } from "citty";
import { loadConfig } from "../../app/config.ts";
import { packageRoot } from "../../app/package-root.ts";
import { repeated } from "../arguments.ts";
import { runArguments } from "../run-arguments.ts";
import { runConfig } from "../run-config.ts";

export const command = defineCommand({
  meta: {
    name: "quickstart",
    description:
      "Harden the embedded model: data, training, evaluation before and after, report. No GPU, API key or model hub. " +
      "With --json the last line is {run, report, before, after, delta, prompted, deltaFromPrompted}.",
  },
  args: runArguments,
  run: async ({ args, rawArgs }) => {
    const path = join(packageRoot, "examples", "quickstart.yaml");
    const config = await loadConfig(path, { set: repeated(rawArgs, "set"), smoke: args.smoke });
    return runConfig(config, args, rawArgs);
  },
});
