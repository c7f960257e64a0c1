import { inspect } from "node:util";
import { afterEach, expect, it } from "vitest";
import type { AppError } from "../../src/core/error.ts";
import { GenerateRequestSchema } from "../../src/core/model.ts";
import { model as adapter } from "../../src/models/openai-compatible/index.ts";
import { contextFor } from "../contracts/model.ts";
import { type RawReply, type SeenRequest, startOpenAiServer } from "../fixtures/openai-server/server.ts";
import { testServices } from "./test-double.ts";

const key = "sk-proj-5ecret0123456789ABCDEF";
const azure = "azure-9876543210-fedcba-key";
const request = GenerateRequestSchema.parse({ messages: [{ role: "user", content: "hi" }], sampling: {} });
const config = {
  model: "fixture",
  revision: "1",
  apiKeyEnv: "TEST_KEY",
  headersFromEnv: { "api-key": "AZURE_KEY" },
  retries: 0,
  rateLimitWaitMs: 0,
};

let cleanup = async () => {};
afterEach(() => cleanup());

it("sends keys from the environment as it is at that moment", async () => {
  const env: Record<string, string> = { TEST_KEY: key, AZURE_KEY: azure };
  const { model, server } = await against(() => null, env);
  await model.generate(request, contextFor());
  env.TEST_KEY = "another-key-entirely";
  await model.generate(request, contextFor());
  expect(server.seen.map(({ headers }) => [headers.authorization, headers["api-key"]])).toEqual([
    [`Bearer ${key}`, azure],
    ["Bearer another-key-entirely", azure],
  ]);
});

it.each([
  ["whole", (seen: SeenRequest) => ({ status: 401, body: `bad ${seen.headers.authorization}` })],
  ["in JSON", () => ({ status: 401, body: JSON.stringify({ error: { message: `key ${key} unknown` } }) })],
  ["in part", () => ({ status: 400, body: `key ${key.slice(0, 12)}… ${azure.slice(6, 20)}` })],
  ["upper case", () => ({ status: 500, body: key.toUpperCase() })],
  ["in a cut body", () => ({ body: `{"choices": "${key}` })],
  ["across the cut of a long message", () => ({ status: 400, body: `${"x".repeat(285)} ${key} ${key}` })],
  ["as type and code", () => ({ status: 429, body: JSON.stringify({ error: { type: key, code: azure } }) })],
  ["as status text", () => ({ status: 503, headers: { "x-echo": key, "content-type": key }, body: "" })],
])("shows no key when the provider echoes it %s", async (_how, respond: (seen: SeenRequest) => RawReply) => {
  const { model, lines } = await against(respond, { TEST_KEY: key, AZURE_KEY: azure });
  const error: AppError = await model.generate(request, contextFor()).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  expect(error.code).toMatch(/^provider-/);
  expectNoSecret(inspect(error, { depth: 10, showHidden: true }) + error.stack + lines.join());
});

it("shows no key in an answer that echoes it, in its ref, its config or a Call made of them", async () => {
  const content = `you sent ${key}`;
  const { model } = await against(() => ({ body: JSON.stringify({ choices: [{ message: { content } }] }) }), {
    TEST_KEY: key,
    AZURE_KEY: azure,
  });
  const reply = await model.generate(request, contextFor());
  expect(reply.samples[0]!.text).toBe("you sent [redacted]");
  expectNoSecret(
    JSON.stringify([reply, model.ref, config]) + inspect(model, { depth: 10, showHidden: true }),
  );
});

it.each([
  [{}, "TEST_KEY is not set"],
  [{ TEST_KEY: "" }, "TEST_KEY is not set"],
  [{ TEST_KEY: `${key}\nX: y` }, "characters"],
])("names the variable, never its value, when it cannot be used (%#)", async (env, message) => {
  const { model, server } = await against(() => null, env);
  const error: AppError = await model.generate(request, contextFor()).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "provider-auth", retryable: false, hint: expect.any(String) });
  expect(error.message).toContain(message);
  expectNoSecret(inspect(error));
  expect(server.seen).toHaveLength(0);
});

it("says which variable is missing when a server is probed without its key", async () => {
  const parsed = adapter.config.parse({ ...config, url: "http://127.0.0.1:9" });
  const found = await adapter.probe!(parsed, testServices());
  expect(found).toMatchObject({ available: false, hint: expect.stringMatching(/^export [A-Z_]+=/) });
});

it("never logs a key when a server is probed", async () => {
  const services = testServices({ TEST_KEY: key, AZURE_KEY: azure });
  const parsed = adapter.config.parse({ ...config, url: "http://127.0.0.1:9" });
  expectNoSecret(JSON.stringify(await adapter.probe!(parsed, services)) + services.lines.join());
});

it.each([
  ["https://user:pw@host/v1", "credentials"],
  ["https://host/v1?api_key=abc", "looks like a secret"],
  ["ftp://host", "http"],
  ["host:8000", "http"],
])("refuses the url %s without repeating it", (url, message) => {
  const result = adapter.config.safeParse({ ...config, url });
  expect(result.error?.issues[0]?.message).toContain(message);
  expect(result.error?.issues[0]?.message).not.toContain("pw");
});

it.each([
  [{ headers: { Authorization: "Bearer x" } }, "headers"],
  [{ headers: { "x-goog-api-key": "x" } }, "headers"],
  [{ headers: { "X-Auth-Token": "x" } }, "headers"],
  [{ headers: { "Ocp-Apim-Subscription-Key": "x" } }, "headers"],
  [{ headers: { "cf-access-client-secret": "x" } }, "headers"],
  [{ apiKeyEnv: "sk-abc" }, "apiKeyEnv"],
  [{ extraBody: { stream: true } }, "extraBody"],
  [{ revision: undefined }, "revision"],
  [{ temprature: 1 }, ""],
])("refuses the config %j", (fields, path) => {
  const result = adapter.config.safeParse({ ...config, url: "http://h", ...fields });
  expect(result.success).toBe(false);
  expect(String(result.error?.issues[0]?.path[0] ?? "")).toBe(path);
});

it("takes other headers as they are", () => {
  const names = [
    "HTTP-Referer",
    "X-Title",
    "anthropic-version",
    "x-portkey-config",
    "Bypass-Tunnel-Reminder",
  ];
  const headers = Object.fromEntries(names.map((name) => [name, "x"]));
  expect(adapter.config.safeParse({ ...config, url: "http://h", headers }).success).toBe(true);
});

function expectNoSecret(text: string): void {
  const lower = text.toLowerCase();
  for (const secret of [key, azure])
    for (let i = 0; i + 8 <= secret.length; i++)
      expect(lower).not.toContain(secret.slice(i, i + 8).toLowerCase());
}

async function against(respond: (seen: SeenRequest) => RawReply | null, env: Record<string, string>) {
  const server = await startOpenAiServer({ respond });
  const services = testServices(env);
  const model = await adapter.create(adapter.config.parse({ ...config, url: server.url }), services);
  cleanup = async () => {
    await model.close?.();
    await server.close();
  };
  return { model, server, lines: services.lines };
}
