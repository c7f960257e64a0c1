import { defineCommand } from "citty";
import { loadConfig } from "../../app/config.ts";
import { repeated } from "../arguments.ts";
import { runArguments } from "../run-arguments.ts";
import { runConfig } from "../run-config.ts";

export const command = defineCommand({
  meta: {
    name: "run",
    description:
      "Run a recipe file: data, training, evaluation, report. The same command again goes on where it stopped.",
  },
  args: {
    recipe: {
      type: "positional",
      required: true,
      description: "recipe file (YAML), such as examples/quickstart.yaml",
    },
    ...runArguments,
  },
  run: async ({ args, rawArgs }) => {
    const config = await loadConfig(args.recipe, { set: repeated(rawArgs, "set"), smoke: args.smoke });
    return runConfig(config, args, rawArgs);
  },
});
