import { resolve } from "node:path";
import { z } from "zod";
import type { Adapter, OperationContext } from "../../core/adapter.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { GenerateReply, GenerateRequest, Model } from "../../core/model.ts";
import { abortError } from "../../util/on-abort.ts";
import { Recording, replayKey } from "./recording.ts";

const ReplayConfigSchema = z.strictObject({
  path: z.string().min(1).describe("NDJSON file of {key, reply} lines; relative to the working directory."),
});
type ReplayConfig = z.infer<typeof ReplayConfigSchema>;

/** Answers that were given before, from a file. What is not in it is an error, never a guess. */
export const model: Adapter<Model, ReplayConfig> = {
  name: "replay",
  version: "1",
  summary: "Answers recorded earlier, from an NDJSON file; a request that was not recorded is an error.",
  config: ReplayConfigSchema,
  // Keys hold the file's hash (through `fingerprint`), not its place.
  transport: ["path"],
  create: async ({ path }) => new ReplayModel(await Recording.scan(resolve(path))),
  fingerprint: async ({ path }) => (await Recording.scan(resolve(path))).sha256,
  async probe({ path }) {
    try {
      await Recording.scan(resolve(path));
      return { available: true };
    } catch (error) {
      return { available: false, reason: messageOf(error), hint: "correct path or the file" };
    }
  },
};

class ReplayModel implements Model {
  readonly ref: Model["ref"];
  readonly concurrency = 16;
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.ref = { endpoint: "replay", url: recording.path, revision: recording.sha256 };
    this.#recording = recording;
  }

  async generate(request: GenerateRequest, context: OperationContext): Promise<GenerateReply> {
    if (context.signal.aborted) throw abortError(context.signal);
    const key = replayKey(request);
    const reply = await this.#recording.find(key);
    if (reply === null) {
      throw new AppError(
        "replay-miss",
        `${this.#recording.path} (${this.#recording.size} replies) holds none for request ${key.slice(0, 12)}`,
        { boundary: "provider", hint: "record it with the model it came from, or correct the request" },
      );
    }
    if (reply.samples.length === request.n) return reply;
    throw new AppError(
      "data-invalid",
      `the reply recorded for ${key.slice(0, 12)} has ${reply.samples.length} samples instead of ${request.n}`,
      { boundary: "dataset", hint: "record it again" },
    );
  }

  async close(): Promise<void> {
    await this.#recording.close();
  }
}
