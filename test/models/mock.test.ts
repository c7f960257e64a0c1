import { expect, it } from "vitest";
import { GenerateRequestSchema, type Model } from "../../src/core/model.ts";
import { model as adapter } from "../../src/models/mock/index.ts";
import { contextFor, modelContract } from "../contracts/model.ts";
import { testServices } from "./test-double.ts";

modelContract("mock", {
  open: async () => ({ model: await mock([{ replies: [{ text: "sample {{sample}} of {{prompt}}" }] }]) }),
});

it("answers by the first rule that applies, sample by sample", async () => {
  const model = await mock([
    {
      contains: "sql",
      replies: [
        { text: "a", reasoning: "why" },
        { text: "b", finish: "length" },
      ],
    },
    { replies: [{ text: "$& {{prompt}}" }] },
  ]);
  const both = await model.generate(ask("use sql", { n: 3, sampleIndex: 1 }), contextFor());
  expect(both.samples.map(({ text, reasoning, finish }) => [text, reasoning, finish])).toEqual([
    ["b", undefined, "length"],
    ["a", "why", "stop"],
    ["b", undefined, "length"],
  ]);
  expect((await model.generate(ask("$& other"), contextFor())).samples[0]!.text).toBe("$& $& other");
});

it("fails where the script says so, and where the script says nothing", async () => {
  const model = await mock([
    { contains: "busy", replies: [{ error: "provider-rate-limited" }] },
    { contains: "locked", replies: [{ error: "provider-auth" }] },
  ]);
  await expect(model.generate(ask("busy"), contextFor())).rejects.toMatchObject({
    code: "provider-rate-limited",
    retryable: true,
  });
  await expect(model.generate(ask("locked"), contextFor())).rejects.toMatchObject({ retryable: false });
  await expect(model.generate(ask("else"), contextFor())).rejects.toMatchObject({
    code: "provider-rejected",
  });
});

async function mock(rules: unknown[]): Promise<Model> {
  return adapter.create(adapter.config.parse({ rules }), testServices());
}

function ask(content: string, more: Record<string, unknown> = {}) {
  return GenerateRequestSchema.parse({ messages: [{ role: "user", content }], sampling: {}, ...more });
}
