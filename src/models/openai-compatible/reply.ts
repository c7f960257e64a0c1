import { leavesReasoningOpen, splitReasoning } from "../../algorithms/reasoning.ts";
import type { Usage } from "../../core/generation.ts";
import type { GenerateRequest, Sample } from "../../core/model.ts";
import { apportion } from "./apportion.ts";

/** A reply that is no answer to the request. `message` quotes nothing of the body. */
export class BadReply extends Error {
  /** False when asking again cannot help. */
  readonly retryable: boolean;
  constructor(message: string, retryable = true) {
    super(message);
    this.name = "BadReply";
    this.retryable = retryable;
  }
}

type Fields = Readonly<Record<string, unknown>>;
type Logprobs = { token: string; logprob: number }[];

export interface ReadOptions {
  readonly wanted: number;
  readonly thinkingOpened: boolean;
  /** Told when the server counts no tokens and they were estimated. */
  onMissingUsage(): void;
}

/**
 * Reads a parsed completions body: between 1 and `wanted` samples, in the order of their index. Checked by hand, because this
 * runs for every reply and bodies with log-probabilities are megabytes.
 */
export function readReply(body: unknown, request: GenerateRequest, options: ReadOptions): Sample[] {
  const choices = isFields(body) ? body.choices : undefined;
  if (!Array.isArray(choices)) throw new BadReply("it has no choices");
  if (choices.length === 0) throw new BadReply("its choices are empty");
  if (choices.length > options.wanted)
    throw new BadReply(`it has ${choices.length} choices, ${options.wanted} were asked for`);
  if (choices.length > 1) choices.sort((a, b) => (a?.index ?? 0) - (b?.index ?? 0));
  const given = (request.prefix ?? "") + (request.prefill ?? "");
  const opened = leavesReasoningOpen(given) || (options.thinkingOpened && !given.includes("</think>"));
  const drafts = choices.map((choice) => readChoice(choice, request, opened));
  const usages = readUsage((body as Fields).usage, drafts, request, options);
  return drafts.map((draft, i) => ({ ...draft, usage: usages[i]! }));
}

/** Reasons to finish that say nothing about the answer: the server went down, was out of resources (DeepSeek), dropped it (vLLM). */
const brokenOff: ReadonlySet<unknown> = new Set([
  "error",
  "abort",
  "aborted",
  "insufficient_system_resource",
]);

type Draft = Omit<Sample, "usage">;

function readChoice(choice: unknown, request: GenerateRequest, opened: boolean): Draft {
  if (!isFields(choice)) throw new BadReply("a choice is not an object");
  const chat = request.messages !== undefined;
  const message = chat ? choice.message : { content: choice.text };
  if (!isFields(message)) throw new BadReply("a choice has no message");
  if (brokenOff.has(choice.finish_reason))
    throw new BadReply(`the provider broke the answer off (${choice.finish_reason})`);
  const content = contentText(message.content ?? message.refusal);
  const apart = message.reasoning_content ?? message.reasoning;
  const split =
    typeof apart === "string" && apart !== ""
      ? { text: content.text, reasoning: apart }
      : content.reasoning !== undefined
        ? content
        : splitReasoning(content.text, opened);
  const draft: Draft = { text: split.text, finish: finishReason(choice.finish_reason) };
  if (split.reasoning !== undefined) draft.reasoning = split.reasoning;
  if (request.logprobs) draft.logprobs = readLogprobs(choice.logprobs);
  return draft;
}

/** Content is a string, null (nothing but reasoning, or a refusal), or a list of typed parts (Mistral's thinking models). */
function contentText(content: unknown): { text: string; reasoning?: string } {
  if (typeof content === "string") return { text: content };
  if (content === null || content === undefined) return { text: "" };
  if (!Array.isArray(content)) throw new BadReply("a choice's content is neither text nor parts");
  const thinking = content.filter((part) => isFields(part) && part.type === "thinking");
  const text = content.map((part) => partText(part, "text")).join("");
  const reasoning = thinking.map((part) => partText(part, "thinking")).join("");
  return reasoning === "" ? { text } : { text, reasoning };
}

function partText(part: unknown, field: "text" | "thinking"): string {
  if (!isFields(part)) return "";
  const value = part[field];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.map((inner) => partText(inner, "text")).join("") : "";
}

function finishReason(reason: unknown): Sample["finish"] {
  switch (reason) {
    case "stop":
    case "eos":
    case "end_turn":
      return "stop";
    case "length":
    case "max_tokens":
      return "length";
    case "content_filter":
      return "content-filter";
    default:
      return "other";
  }
}

function readLogprobs(value: unknown): Logprobs {
  const missing = new BadReply("it has no log-probabilities, which were asked for", false);
  if (!isFields(value)) throw missing;
  const { content, tokens, token_logprobs: numbers } = value;
  if (Array.isArray(content)) return content.map((entry) => logprob(entry?.token, entry?.logprob));
  if (Array.isArray(tokens) && Array.isArray(numbers) && tokens.length === numbers.length)
    return tokens.map((token, i) => logprob(token, numbers[i]));
  throw missing;
}

function logprob(token: unknown, value: unknown): Logprobs[number] {
  if (typeof token !== "string" || typeof value !== "number")
    throw new BadReply("a log-probability is malformed");
  return { token, logprob: value };
}

/**
 * Usage of each sample. A reply counts once for all its choices: the prompt, paid once, is booked on the first; the output is
 * apportioned by tokens where log-probabilities tell them, else by length. The sum is what the provider counted.
 */
function readUsage(
  value: unknown,
  drafts: readonly Draft[],
  request: GenerateRequest,
  options: ReadOptions,
): Usage[] {
  const sizes = drafts.map((draft) => draft.logprobs?.length ?? draft.text.length + reasoningLength(draft));
  const fields = isFields(value) ? value : {};
  const input = count(fields.prompt_tokens);
  const output = count(fields.completion_tokens);
  if (input === undefined || output === undefined) {
    options.onMissingUsage();
    return drafts.map((draft, i) => ({
      input: i > 0 ? 0 : (input ?? estimatePrompt(request)),
      output: estimate(draft.text.length + reasoningLength(draft)),
    }));
  }
  const details = isFields(fields.completion_tokens_details) ? fields.completion_tokens_details : fields;
  const reasoning = count(details.reasoning_tokens);
  if (drafts.length === 1)
    return [reasoning === undefined ? { input, output } : { input, output, reasoning }];
  const outputs = apportion(output, sizes);
  const reasonings = reasoning === undefined ? [] : apportion(reasoning, drafts.map(reasoningLength));
  return outputs.map((part, i) => {
    const usage = { input: i > 0 ? 0 : input, output: part };
    return reasoning === undefined ? usage : { ...usage, reasoning: reasonings[i]! };
  });
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** Four characters a token: the rule of thumb for English and code, so that a token budget still holds. */
function estimate(characters: number): number {
  return Math.ceil(characters / 4);
}

/** Tokens of a request's prompt, by its length. */
export function estimatePrompt(request: GenerateRequest): number {
  const messages = request.messages ?? [{ content: request.prefix ?? "" }];
  return estimate(
    messages.reduce((sum, message) => sum + message.content.length, request.prefill?.length ?? 0),
  );
}

function reasoningLength(draft: Draft): number {
  return draft.reasoning?.length ?? 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
