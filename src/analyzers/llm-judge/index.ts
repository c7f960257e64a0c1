import { z } from "zod";
import type { Adapter, OperationContext } from "../../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, AnalyzerAvailability, SourceFile } from "../../core/analyzer.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { Sampling } from "../../core/model.ts";
import type { ModelHandle } from "../../core/model-handle.ts";
import { modelIdentity } from "../../core/model-ref.ts";
import type { Prompt } from "../../core/stage.ts";
import { loadPrompt } from "../../prompts/load-prompt.ts";
import { contentHash } from "../../util/hash.ts";
import { type JudgeOptions, judgeFiles } from "./judge.ts";

/** Raised when equal replies would give another outcome. */
const VERSION = "2";
const NAME = "llm-judge";

const ConfigSchema = z.strictObject({
  /** The role of the model that judges: it is bound under `models`. */
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

export const analyzer: Adapter<Analyzer, Config> = {
  name: NAME,
  version: VERSION,
  summary:
    "a language model's verdict by votes, abstention allowed; asks the model that is bound under `models.judge`",
  config: ConfigSchema,
  transport: [],
  models: ["model"],
  variant: "model",
  create: createAnalyzer,
  fingerprint: async (config) => promptVersion(loadPrompt(config.prompt)),
  probe: async (config) => probe(config),
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

function createAnalyzer(config: Config): Analyzer {
  const prompt = loadPrompt(config.prompt);
  const { temperature, maxTokens, seed, votes, maxCharacters } = config;
  const sampling: Sampling = { temperature, topP: temperature === 0 ? 1 : 0.95, maxTokens, seed };
  return {
    languages,
    probe: async () => probe(config),
    analyze: async (batch, context) => {
      context.signal.throwIfAborted();
      const outcomes = batch.map((file) => refusal(file, maxCharacters));
      const asked = batch.flatMap((file, index) => (outcomes[index] === null ? [{ file, index }] : []));
      if (asked.length > 0) {
        const model = await openModel(config.model, context);
        const identity = { analyzer: NAME, analyzerVersion: judgeVersion(model, prompt) };
        const options: JudgeOptions = { model, prompt, votes, sampling, identity };
        const judged = judgeFiles(asked, ({ file }) => file, options);
        for await (const { item, outcome } of judged) outcomes[item.index] = outcome;
      }
      return outcomes.map((outcome) => outcome!);
    },
  };
}

/** Why the judge is not asked about a file; null where it is. */
function refusal({ language, text }: SourceFile, maxCharacters: number): AnalysisOutcome | null {
  if (!languages.includes(language)) {
    const message = `the judge is not asked about ${language}`;
    return { outcome: "failed", reason: "unsupported-language", message };
  }
  if (text.trim() === "") return { outcome: "failed", reason: "unparsable", message: "there is no code" };
  if (text.length <= maxCharacters) return null;
  const message = `${text.length} characters; the judge is shown at most ${maxCharacters}`;
  return { outcome: "failed", reason: "unsupported-rule", message };
}

async function openModel(role: string, context: OperationContext): Promise<ModelHandle> {
  if (context.model !== undefined) return context.model(role);
  throw new AppError("prerequisite-missing", `no model is bound to the role ${role} here`, {
    boundary: "analyzer",
    hint: `bind one: \`models: {${role}: {adapter: …}}\` in the recipe file or in what --config names`,
  });
}

/** Model and wording, both of which decide a verdict. */
function judgeVersion({ ref }: ModelHandle, prompt: Prompt): string {
  return `${VERSION}+${contentHash({ model: modelIdentity(ref), prompt: prompt.hash }).slice(0, 16)}`;
}

function promptVersion({ name, version, hash }: Prompt): string {
  return `${name} ${version} ${hash.slice(0, 12)}`;
}

function probe({ prompt }: Config): AnalyzerAvailability {
  try {
    return { available: true, version: VERSION, rulesVersion: promptVersion(loadPrompt(prompt)) };
  } catch (error) {
    const hint = error instanceof AppError ? error.hint : undefined;
    return { available: false, reason: messageOf(error), hint };
  }
}
