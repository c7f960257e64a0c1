import type { Services } from "../../core/adapter.ts";
import { AppError } from "../../core/error.ts";
import type { OpenAiConfig } from "./config.ts";

const minSecretLength = 12;

/** Reads the keys a config names from the environment, each time anew. Nothing here is kept. */
export class Secrets {
  readonly #config: OpenAiConfig;
  readonly #env: Services["env"];

  constructor(config: OpenAiConfig, env: Services["env"]) {
    this.#config = config;
    this.#env = env;
  }

  /** Appends the secret headers. Throws AppError `provider-auth` when a variable is unset or cannot be a header. */
  addHeaders(headers: string[]): void {
    const { apiKeyEnv, headersFromEnv } = this.#config;
    if (apiKeyEnv !== undefined) headers.push("authorization", `Bearer ${this.#read(apiKeyEnv)}`);
    if (headersFromEnv === undefined) return;
    for (const [header, name] of Object.entries(headersFromEnv)) headers.push(header, this.#read(name));
  }

  /** The values themselves, for taking them out of texts. */
  values(): string[] {
    const { apiKeyEnv, headersFromEnv } = this.#config;
    const names = [...(apiKeyEnv === undefined ? [] : [apiKeyEnv]), ...Object.values(headersFromEnv ?? {})];
    return names.map((name) => this.#env[name]?.trim() ?? "").filter((value) => value !== "");
  }

  /** Whether one of them stands in `text`. Dummy keys of local servers (`EMPTY`, `ollama`) are words, not secrets. */
  leaked(text: string): boolean {
    if (this.#config.apiKeyEnv === undefined && this.#config.headersFromEnv === undefined) return false;
    return this.values().some((value) => value.length >= minSecretLength && text.includes(value));
  }

  #read(name: string): string {
    const value = this.#env[name]?.trim();
    if (value === undefined || value === "")
      throw missing(name, `environment variable ${name} is not set`, `export ${name}=…`);
    if (!/^[\x20-\x7e]+$/.test(value))
      throw missing(
        name,
        `environment variable ${name} holds characters that no header may have`,
        `set ${name} again, without line breaks`,
      );
    return value;
  }
}

function missing(name: string, message: string, hint: string): AppError {
  return new AppError("provider-auth", `${message} (apiKeyEnv or headersFromEnv names ${name})`, {
    boundary: "provider",
    hint,
  });
}
