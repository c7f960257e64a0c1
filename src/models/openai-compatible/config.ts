import { z } from "zod";
import { isSecretHeader, parseBaseUrl } from "./base-url.ts";

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "name of an environment variable, not its value");
/** Fields of the body that are the request's own. */
const ownFields = ["model", "messages", "prompt", "n", "stream"];

export const OpenAiConfigSchema = z.strictObject({
  url: z
    .string()
    .superRefine((url, context) => {
      try {
        parseBaseUrl(url);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
      }
    })
    .describe("Base address of the API, with or without /v1."),
  model: z.string().min(1).describe("Name under which the server knows the model."),
  revision: z
    .string()
    .min(1)
    .describe("Which weights that name means (snapshot date, commit, sha256): replies are cached under it."),
  apiKeyEnv: environmentName.optional().describe("Environment variable that holds the API key."),
  headersFromEnv: z
    .record(z.string(), environmentName)
    .optional()
    .describe("Header name → environment variable with its value (Azure: api-key)."),
  headers: z
    .record(
      z
        .string()
        .refine((name) => !isSecretHeader(name), "looks like a secret: use apiKeyEnv or headersFromEnv"),
      z.string(),
    )
    .optional()
    .describe("Further headers, never secret."),
  maxConcurrency: z.number().int().positive().default(256).describe("Upper bound of requests in flight."),
  requestsPerMinute: z
    .number()
    .positive()
    .optional()
    .describe("What the account allows, retries included; sent evenly spread. Absent: no limit of our own."),
  tokensPerMinute: z
    .number()
    .positive()
    .optional()
    .describe("Prompt and output tokens that the account allows. Absent: no limit of our own."),
  timeoutMs: z.number().int().positive().default(600_000).describe("Longest wait for one whole reply."),
  connectTimeoutMs: z.number().int().positive().default(10_000),
  retries: z
    .number()
    .int()
    .nonnegative()
    .default(6)
    .describe("Further attempts after time-outs, 5xx, lost connections and broken replies."),
  retryBaseMs: z
    .number()
    .int()
    .positive()
    .default(500)
    .describe("First wait before a retry; doubles, with jitter."),
  rateLimitWaitMs: z
    .number()
    .int()
    .nonnegative()
    .default(900_000)
    .describe(
      "How long a request keeps being retried while the server answers 429, and the longest wait that a server may ask for.",
    ),
  maxReplyBytes: z
    .number()
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  price: z
    .strictObject({ inputPerMTok: z.number().nonnegative(), outputPerMTok: z.number().nonnegative() })
    .optional()
    .describe("US dollars per million tokens, for the ledger and the budget."),
  maxTokensField: z
    .enum(["max_tokens", "max_completion_tokens"])
    .default("max_tokens")
    .describe("OpenAI's reasoning models want max_completion_tokens."),
  maxChoices: z.number().int().positive().optional().describe("Most samples (n) asked for in one request."),
  thinkingOpened: z
    .boolean()
    .default(false)
    .describe("The chat template opens <think> in the prompt: an answer without </think> is cut reasoning."),
  sendReasoning: z
    .boolean()
    .default(false)
    .describe(
      "Send the reasoning of earlier assistant turns as reasoning_content; most APIs want it left out.",
    ),
  extraBody: z
    .record(
      z.string().refine((name) => !ownFields.includes(name), `not ${ownFields.join(", ")}`),
      z.json(),
    )
    .optional()
    .describe(
      "Further fields of the request body; null takes a field out (seed: null for servers that refuse it).",
    ),
});
export type OpenAiConfig = z.infer<typeof OpenAiConfigSchema>;

/** How to get there, not what is asked: not part of keys. */
export const transportFields = [
  "url",
  "apiKeyEnv",
  "headersFromEnv",
  "headers",
  "maxConcurrency",
  "requestsPerMinute",
  "tokensPerMinute",
  "timeoutMs",
  "connectTimeoutMs",
  "retries",
  "retryBaseMs",
  "rateLimitWaitMs",
  "maxReplyBytes",
  "price",
] as const satisfies readonly (keyof OpenAiConfig)[];
