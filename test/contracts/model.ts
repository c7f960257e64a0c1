import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationContext } from "../../src/core/adapter.ts";
import { isAbort } from "../../src/core/error.ts";
import {
  GenerateReplySchema,
  type GenerateRequest,
  GenerateRequestSchema,
  type Model,
} from "../../src/core/model.ts";
import { ModelRefSchema } from "../../src/core/model-ref.ts";

export interface ModelUnderTest {
  readonly model: Model;
  /** Frees what the setup started; the model is closed by the suite. */
  dispose?(): Promise<void>;
}

export interface ModelContractOptions {
  /** Answers the requests that `contractRequests` names. */
  open(): Promise<ModelUnderTest>;
  /** False for models that need not give different texts for different sample indexes. */
  readonly variety?: boolean;
}

function ask(content: string, more: Record<string, unknown> = {}): GenerateRequest {
  return GenerateRequestSchema.parse({
    messages: [{ role: "user", content }],
    sampling: { maxTokens: 64 },
    ...more,
  });
}

/** Every request the suite makes: what a recording must hold. */
export const contractRequests = {
  plain: ask("Write a safe copy function."),
  unicode: ask("Erkläre 🙂 in Python.\r\n```py\nx = '✓'\n```"),
  four: ask("Write a safe copy function.", { n: 4 }),
  later: ask("Write a safe copy function.", { sampleIndex: 7 }),
  prefix: GenerateRequestSchema.parse({ prefix: "def add(a, b):\n", sampling: { maxTokens: 32 } }),
  many: Array.from({ length: 40 }, (_, i) => ask(`Task number ${i}`)),
} as const;

export function contractRequestList(): GenerateRequest[] {
  const { many, ...single } = contractRequests;
  return [...Object.values(single), ...many];
}

export function contextFor(signal = new AbortController().signal): OperationContext {
  return { signal, onProgress() {} };
}

/** What every adapter of the Model port promises. */
export function modelContract(name: string, options: ModelContractOptions): void {
  describe(`model contract: ${name}`, () => {
    let under: ModelUnderTest;
    let model: Model;
    beforeAll(async () => {
      under = await options.open();
      model = under.model;
    });
    afterAll(async () => {
      await model.close?.();
      await model.close?.();
      await under.dispose?.();
    });

    const { plain, unicode, four, later, prefix, many } = contractRequests;

    it("names itself with a revision or content hash, and a concurrency", () => {
      expect(ModelRefSchema.parse(model.ref)).toEqual(model.ref);
      expect(model.concurrency).toBeGreaterThan(0);
    });

    it("gives n samples with text, finish reason and usage, as plain JSON", async () => {
      for (const request of [plain, unicode, four, prefix]) {
        const reply = await model.generate(request, contextFor());
        expect(reply.samples).toHaveLength(request.n);
        expect(GenerateReplySchema.parse(JSON.parse(JSON.stringify(reply)))).toEqual(reply);
        for (const sample of reply.samples) expect(sample.usage.output).toBeGreaterThan(0);
        expect(reply.samples.reduce((sum, sample) => sum + sample.usage.input, 0)).toBeGreaterThan(0);
      }
    });

    it("answers equal requests equally and leaves the request alone", async () => {
      const before = structuredClone(plain);
      const [first, second] = await Promise.all([
        model.generate(plain, contextFor()),
        model.generate(plain, contextFor()),
      ]);
      expect(second).toEqual(first);
      expect(plain).toEqual(before);
    });

    it.runIf(options.variety !== false)("draws other samples for other indexes", async () => {
      const first = await model.generate(plain, contextFor());
      const other = await model.generate(later, contextFor());
      expect(other.samples[0]!.text).not.toBe(first.samples[0]!.text);
      const texts = (await model.generate(four, contextFor())).samples.map((sample) => sample.text);
      expect(new Set(texts).size).toBe(4);
    });

    it("keeps concurrent requests apart", async () => {
      const alone = [];
      for (const request of many.slice(0, 5)) alone.push(await model.generate(request, contextFor()));
      const together = await Promise.all(many.map((request) => model.generate(request, contextFor())));
      expect(together).toHaveLength(many.length);
      expect(together.slice(0, 5)).toEqual(alone);
    });

    it("answers slices like single requests, in order", async () => {
      expect(model.slice === undefined).toBe(model.generateSlice === undefined);
      if (model.generateSlice === undefined) return;
      const requests = many.slice(0, Math.min(model.slice!, many.length));
      const replies = await model.generateSlice(requests, contextFor());
      expect(replies).toHaveLength(requests.length);
      for (const [i, reply] of replies.entries())
        expect(reply).toMatchObject({ samples: { length: requests[i]!.n } });
      expect(await model.generateSlice(requests, contextFor())).toEqual(replies);
    });

    it("stops on abort and is usable afterwards", async () => {
      const error = await model.generate(plain, contextFor(AbortSignal.abort())).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(isAbort(error)).toBe(true);
      expect((await model.generate(plain, contextFor())).samples).toHaveLength(1);
    });
  });
}
