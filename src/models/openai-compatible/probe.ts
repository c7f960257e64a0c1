import type { Availability, Services } from "../../core/adapter.ts";
import { isAppError, messageOf } from "../../core/error.ts";
import { redact } from "../../util/redact.ts";
import { parseBaseUrl } from "./base-url.ts";
import type { OpenAiConfig } from "./config.ts";
import { HttpClient } from "./http.ts";
import { Secrets } from "./secrets.ts";

const probeTimeoutMs = 5000;

/** Whether the API answers and knows the model: `GET /models`, which costs nothing. */
export async function probe(config: OpenAiConfig, services: Services): Promise<Availability> {
  const { origin, path, query } = parseBaseUrl(config.url);
  const secrets = new Secrets(config, services.env);
  const http = new HttpClient(origin, {
    connections: 1,
    connectTimeoutMs: probeTimeoutMs,
    timeoutMs: probeTimeoutMs,
    maxBytes: config.maxReplyBytes,
  });
  try {
    const headers = ["accept", "application/json", ...Object.entries(config.headers ?? {}).flat()];
    secrets.addHeaders(headers);
    const reply = await http.exchange(
      "GET",
      `${path}/models${query}`,
      headers,
      null,
      new AbortController().signal,
    );
    if (reply.status === 401 || reply.status === 403)
      return {
        available: false,
        reason: `${origin} refuses the key`,
        hint: `set ${config.apiKeyEnv ?? "apiKeyEnv"}`,
      };
    const known = modelNames(reply.body);
    // Gateways without a model list are no reason to refuse.
    if (reply.status !== 200 || known.length === 0 || known.includes(config.model))
      return { available: true };
    return {
      available: false,
      reason: `${origin} does not serve "${config.model}"`,
      hint: `model: one of ${known.slice(0, 10).join(", ")}`,
    };
  } catch (error) {
    return {
      available: false,
      reason: redact(`${origin}: ${messageOf(error)}`, secrets.values()),
      hint: isAppError(error) ? error.hint : "start the server, or correct url",
    };
  } finally {
    await http.close();
  }
}

function modelNames(body: string): string[] {
  try {
    const { data } = JSON.parse(body) as { data?: { id?: unknown }[] };
    return (data ?? []).map((model) => model.id).filter((id) => typeof id === "string");
  } catch {
    return [];
  }
}
