import { z } from "zod";
import type { Adapter, Services } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, AnalyzerAvailability } from "../../core/analyzer.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { Model, Sampling } from "../../core/model.ts";
import type { Prompt } from "../../core/stage.ts";
import { loadPrompt } from "../../prompts/load-prompt.ts";
import { contentHash } from "../../util/hash.ts";
import { orderedMap } from "../../util/ordered-map.ts";
import { type JudgeOptions, judgeFile } from "./judge.ts";

/** Raised when equal replies would give another outcome. */
const VERSION = "1";
const NAME = "llm-judge";

const ConfigSchema = z.strictObject({
  /** The role of the model that judges. */
  model: z.string().default("judge"),
  /** Prompt with the places language, fence, code and nonce. */
  prompt: z.string().default("judge-snippet"),
  /** Replies that are asked for; more than half of them must agree. */
  votes: z.number().int().positive().default(3),
  temperature: z.number().min(0).default(0.8),
  maxTokens: z.number().int().positive().default(1024),
  seed: z.number().int().default(0),
  /** Longer code is not judged: cut code would be judged by what it seems. */
  maxCharacters: z.number().int().positive().default(40_000),
});
type Config = z.infer<typeof ConfigSchema>;

/** A place that can give a model by its role; those that cannot have no judge. */
interface ModelServices {
  model?(role: string): Promise<Model>;
}

export const analyzer: Adapter<Analyzer, Config> = {
  name: NAME,
  version: VERSION,
  summary:
    "a language model's verdict by votes, abstention allowed; the code it reads is data and cannot answer for it",
  config: ConfigSchema,
  transport: [],
  create: (config, services) => createAnalyzer(config, services),
  fingerprint: async (config, services) =>
    fingerprint(await openModel(config, services), loadPrompt(config.prompt)),
  probe: (config, services) => probe(config, services),
};

const languages = [
  "python",
  "javascript",
  "typescript",
  "tsx",
  "c",
  "cpp",
  "java",
  "go",
  "php",
  "rust",
  "csharp",
  "ruby",
  "kotlin",
  "swift",
];

function createAnalyzer(config: Config, services: Services): Analyzer {
  const prompt = loadPrompt(config.prompt);
  const { temperature, maxTokens, seed, votes, maxCharacters } = config;
  const sampling: Sampling = { temperature, topP: temperature === 0 ? 1 : 0.95, maxTokens, seed };
  return {
    languages,
    probe: () => probe(config, services),
    analyze: async (batch, context) => {
      context.signal.throwIfAborted();
      const outcomes: AnalysisOutcome[] = [];
      if (batch.every(({ language }) => !languages.includes(language)))
        return batch.map(({ language }) => unsupported(language));
      const model = await openModel(config, services);
      const analyzerVersion = `${VERSION}+${fingerprint(model, prompt)}`;
      const identity = { analyzer: NAME, analyzerVersion };
      const options: JudgeOptions = { model, prompt, votes, sampling, maxCharacters, identity };
      const judged = orderedMap(
        batch,
        async (file) =>
          languages.includes(file.language) ? judgeFile(file, options, context) : unsupported(file.language),
        { concurrency: model.concurrency },
      );
      for await (const outcome of judged) outcomes.push(outcome);
      return outcomes;
    },
  };
}

function unsupported(language: string): AnalysisOutcome {
  return {
    outcome: "failed",
    reason: "unsupported-language",
    message: `the judge is not asked about ${language}`,
  };
}

async function openModel(config: Config, services: Services & ModelServices): Promise<Model> {
  if (services.model !== undefined) return services.model(config.model);
  throw new AppError("prerequisite-missing", `no model is bound to the role ${config.model} here`, {
    boundary: "analyzer",
    hint: `It judges only where analyzers are offered models: bind models.${config.model} there.`,
  });
}

/** Model and wording, both of which decide a verdict. */
function fingerprint(model: Model, prompt: Prompt): string {
  return contentHash({ model: model.ref, prompt: prompt.hash }).slice(0, 16);
}

async function probe(config: Config, services: Services): Promise<AnalyzerAvailability> {
  try {
    const prompt = loadPrompt(config.prompt);
    const model = await openModel(config, services);
    return { available: true, version: VERSION, rulesVersion: fingerprint(model, prompt) };
  } catch (error) {
    const hint = error instanceof AppError ? error.hint : undefined;
    return { available: false, reason: messageOf(error), hint };
  }
}
