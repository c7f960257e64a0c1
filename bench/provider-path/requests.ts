import { type GenerateRequest, GenerateRequestSchema } from "../../src/core/model.ts";

/** A task of ordinary size (about 900 characters); every number another text, so that no two bodies are equal. */
export function benchRequest(number: string): GenerateRequest {
  const context = `def handle_${number}(request, database):\n    name = request.args["name"]\n    # look the user up\n`;
  return GenerateRequestSchema.parse({
    messages: [
      { role: "system", content: "You write secure Python. Answer with one code block." },
      { role: "user", content: `Complete task ${number}.\n${context.repeat(7)}` },
    ],
    sampling: { maxTokens: 512 },
  });
}

/** The numbers of one repetition. */
export function* requestNumbers(prefix: string, count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield `${prefix}-${i}`;
}
