import { z } from "zod";
import type { Adapter } from "../../core/adapter.ts";
import type { Embedder } from "../../core/embedder.ts";
import { hiddenSize, LocalEmbedder } from "./local-embedder.ts";

const LocalEmbedderConfigSchema = z.strictObject({
  checkpoint: z
    .string()
    .min(1)
    .default("tiny-coder")
    .describe("`tiny-coder`, a folder with a Hugging Face checkpoint, or owner/name@revision of the hub."),
  maxTokens: z
    .number()
    .int()
    .positive()
    .default(512)
    .describe("Tokens of a text that count: similarity of longer texts is that of their beginnings."),
});
export type LocalEmbedderConfig = z.infer<typeof LocalEmbedderConfigSchema>;

/** Mean of a causal model's last hidden states, as unit vectors. */
export const embedder: Adapter<Embedder, LocalEmbedderConfig> = {
  name: "local",
  version: "1",
  summary: "Mean-pooled hidden states of a checkpoint, computed by the Python worker.",
  config: LocalEmbedderConfigSchema,
  transport: [],
  async create(config, services) {
    const checkpoint = await services.checkpoint(config.checkpoint);
    return new LocalEmbedder(config, services, checkpoint, await hiddenSize(checkpoint.path));
  },
  fingerprint: async (_config, services) => (await services.worker()).fingerprint(),
};
