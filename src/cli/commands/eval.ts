import { defineCommand } from "citty";
import { parseAnalyzerList } from "../../app/analyzer-list.ts";
import { parseConfig } from "../../app/config.ts";
import { evaluationRecipe } from "../../app/evaluation-recipe.ts";
import { repeated, usage, wholeNumber } from "../arguments.ts";
import { runArguments } from "../run-arguments.ts";
import { runConfig } from "../run-config.ts";

const { smoke: _, ...evaluationArguments } = runArguments;

export const command = defineCommand({
  meta: {
    name: "eval",
    description:
      "Measure a model as it is: plain and under a security prompt, functional and secure. Nothing is trained.",
  },
  args: {
    model: {
      type: "positional",
      required: true,
      description:
        "checkpoint folder, owner/name@revision, or tiny-coder; with --url the name the server knows",
    },
    url: { type: "string", valueHint: "URL", description: "ask an OpenAI-compatible server, URL up to /v1" },
    revision: {
      type: "string",
      description:
        "which weights the server's name means (date, commit, hash); needed with --url: replies are kept",
    },
    "api-key-env": {
      type: "string",
      valueHint: "NAME",
      description: "environment variable that holds the API key",
    },
    benchmark: { type: "string", default: "tinytasks", description: "benchmark to measure with" },
    limit: { type: "string", valueHint: "N", description: "items per split; default: all" },
    samples: { type: "string", valueHint: "N", description: "answers per item; default 1" },
    analyzers: {
      type: "string",
      valueHint: "LIST",
      description:
        "let these read the answers too, against the exploits: 'sectune-rules, {adapter: sarif-command, tool: bandit}'; llm-judge with --set 'models.judge={adapter: …}'",
    },
    ...evaluationArguments,
  },
  run: async ({ args, rawArgs }) => {
    const { model, benchmark, url, revision } = args;
    if (url !== undefined && revision === undefined) throw usage("--url needs --revision", "sectune eval");
    const server =
      url === undefined || revision === undefined
        ? undefined
        : { url, revision, apiKeyEnv: args["api-key-env"] };
    const limit = wholeNumber(args.limit, "limit", 1);
    const samples = wholeNumber(args.samples, "samples", 1);
    const set = repeated(rawArgs, "set");
    const analyzers =
      args.analyzers === undefined
        ? []
        : await parseAnalyzerList("--analyzers", args.analyzers, ["target", ...boundRoles(set)]);
    const text = evaluationRecipe({ model, server, benchmark, limit, samples, analyzers });
    const config = await parseConfig("sectune eval", text, { set });
    return runConfig(config, args, rawArgs);
  },
});

/** Roles of the models that `--set models.ROLE=…` binds. */
function boundRoles(set: readonly string[]): string[] {
  return set.flatMap((one) => /^models\.([^.=]+)/.exec(one)?.[1] ?? []);
}
