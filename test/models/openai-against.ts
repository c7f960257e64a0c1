import { afterEach } from "vitest";
import type { AppError } from "../../src/core/error.ts";
import { type GenerateRequest, GenerateRequestSchema, type Model } from "../../src/core/model.ts";
import { model as adapter } from "../../src/models/openai-compatible/index.ts";
import { contextFor } from "../contracts/model.ts";
import {
  type OpenAiServer,
  type OpenAiServerOptions,
  startOpenAiServer,
} from "../fixtures/openai-server/server.ts";
import { testServices } from "./test-double.ts";

/** What a test has opened; ended behind it, the last first. */
export const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function request(fields: Record<string, unknown>): GenerateRequest {
  return GenerateRequestSchema.parse({ sampling: {}, ...fields });
}

export function chat(fields: Record<string, unknown> = {}): GenerateRequest {
  return request({ messages: [{ role: "user", content: "hi" }], ...fields });
}

export function choices(choice: Record<string, unknown>): { body: string } {
  return {
    body: JSON.stringify({ choices: [{ message: { content: "ok" }, finish_reason: "stop", ...choice }] }),
  };
}

export async function create(
  url: string,
  config: Record<string, unknown> = {},
  services = testServices(),
): Promise<Model> {
  const parsed = adapter.config.parse({ url, model: "fixture", revision: "1", ...config });
  return adapter.create(parsed, services);
}

export async function against(
  options: OpenAiServerOptions = {},
  config: Record<string, unknown> = {},
): Promise<{ model: Model; server: OpenAiServer; lines: string[] }> {
  const server = await startOpenAiServer(options);
  const services = testServices();
  const model = await create(server.url, config, services);
  cleanups.push(async () => {
    await model.close?.();
    await server.close();
  });
  return { model, server, lines: services.lines };
}

export async function failure(model: Model, asked = chat()): Promise<AppError> {
  return model.generate(asked, contextFor()).then(
    () => {
      throw new Error("expected a failure");
    },
    (error: AppError) => error,
  );
}
