import { expect, it } from "vitest";
import { parseBaseUrl } from "../../src/models/openai-compatible/base-url.ts";

it.each([
  ["http://localhost:8000", "http://localhost:8000", "/v1", ""],
  ["http://localhost:8000/", "http://localhost:8000", "/v1", ""],
  ["http://localhost:8000/v1", "http://localhost:8000", "/v1", ""],
  ["http://localhost:8000/v1/", "http://localhost:8000", "/v1", ""],
  ["https://openrouter.ai/api", "https://openrouter.ai", "/api/v1", ""],
  ["https://api.groq.com/openai/v1", "https://api.groq.com", "/openai/v1", ""],
  ["https://host/v1beta/openai", "https://host", "/v1beta/openai", ""],
  ["https://host/api/v3/chat/completions", "https://host", "/api/v3", ""],
  [
    "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2026-01-01",
    "https://r.openai.azure.com",
    "/openai/deployments/d",
    "?api-version=2026-01-01",
  ],
])("reads %s", (url, origin, path, query) => {
  expect(parseBaseUrl(url)).toEqual({ origin, path, query });
});
