import { AppError, type ErrorCode } from "../../core/error.ts";
import { retryAfterMs } from "../../util/retry-after.ts";
import type { HttpFailure, HttpReply } from "./http.ts";

const maxQuoted = 300;

interface Kind {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint?: string | undefined;
}

/** Makes provider errors for one server; `clean` takes secrets out of whatever the server said. */
export class Failures {
  readonly #server: string;
  readonly #clean: (text: string) => string;

  constructor(server: string, clean: (text: string) => string) {
    this.#server = server;
    this.#clean = clean;
  }

  /** For a reply whose status is not 2xx, or whose body is an error in spite of it. */
  status(reply: HttpReply, body: unknown): AppError {
    const told = errorFields(body);
    const status = reply.status >= 300 ? reply.status : told.status;
    const said = told.message ?? plainText(reply.body);
    const kind = kindOfStatus(status, `${told.type} ${said}`);
    const message = `${status}${said === "" ? "" : ` ${said}`}`;
    const epochMs = Date.parse(reply.header("date") ?? "") || Date.now();
    return this.make(
      kind,
      message,
      retryAfterMs((name) => reply.header(name), epochMs),
    );
  }

  /** For an exchange that gave no reply. */
  transport(failure: HttpFailure): AppError {
    return this.make(kindOfFailure(failure), failure.message);
  }

  badReply(message: string, retryable: boolean): AppError {
    return this.make({ code: "provider-bad-reply", retryable }, message);
  }

  make(kind: Kind, message: string, waitMs?: number): AppError {
    return new AppError(kind.code, this.#clean(`${this.#server}: ${message}`), {
      boundary: "provider",
      retryable: kind.retryable,
      hint: kind.hint,
      retryAfterMs: waitMs,
    });
  }
}

function kindOfStatus(status: number, said: string): Kind {
  const quota = /insufficient_quota|billing|exceeded your current quota|credit balance/i;
  // Gateways refuse a prompt that their moderation flags with the status of a wrong key: one item's trouble, not the run's.
  if (status === 403 && /moderat|flagged|content.?policy|safety/i.test(said))
    return { code: "provider-rejected", retryable: false };
  if (status === 401 || status === 403)
    return { code: "provider-auth", retryable: false, hint: "check the variable that apiKeyEnv names" };
  // Concerns the run: items that nobody paid for must not pass for items that cannot be answered.
  if (status === 402 || (status === 429 && quota.test(said)))
    return {
      code: "provider-auth",
      retryable: false,
      hint: "the account has no credit left; top it up and run the same command again: what was answered is kept",
    };
  if (status === 429) return { code: "provider-rate-limited", retryable: true };
  if (status === 408) return { code: "provider-timeout", retryable: true };
  // 409 and 425: gateways that are still loading or moving a model.
  if (status === 409 || status === 425 || (status >= 500 && status !== 501 && status !== 505))
    return { code: "provider-unavailable", retryable: true };
  if (status === 404)
    return { code: "provider-rejected", retryable: false, hint: "check url and model (GET <url>/models)" };
  if (status >= 300 && status < 400)
    return {
      code: "provider-rejected",
      retryable: false,
      hint: "redirects are not followed: correct the url",
    };
  return { code: "provider-rejected", retryable: false };
}

function kindOfFailure(failure: HttpFailure): Kind {
  if (failure.kind === "timeout") return { code: "provider-timeout", retryable: true };
  if (failure.kind === "too-large")
    return { code: "provider-bad-reply", retryable: false, hint: "raise maxReplyBytes" };
  const code = failure.code ?? "";
  if (code.startsWith("HPE_")) return { code: "provider-bad-reply", retryable: true };
  if (/CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO_/.test(code))
    return {
      code: "provider-unavailable",
      retryable: false,
      hint: "TLS: check the url and NODE_EXTRA_CA_CERTS",
    };
  const hint =
    code === "ECONNREFUSED" || code === "ENOTFOUND"
      ? "is the server running, and is the url right?"
      : undefined;
  return { code: "provider-unavailable", retryable: true, hint };
}

/** Error bodies as OpenAI, vLLM, llama.cpp, FastAPI (`detail`) and gateways write them. */
function errorFields(body: unknown): { message: string | undefined; type: string; status: number } {
  const outer = fields(body);
  const inner = typeof outer.error === "object" ? fields(outer.error) : outer;
  const text = [inner.message, outer.error, outer.message, outer.detail].find(
    (value) => typeof value === "string",
  );
  const status = [inner.code, inner.status, outer.code].map(Number).find((n) => n >= 300 && n < 600);
  return {
    message: typeof text === "string" ? shorten(text) : undefined,
    type: `${inner.type ?? ""} ${inner.code ?? ""}`,
    // An error inside a 200 that tells no status: as good as a failing server.
    status: status ?? 500,
  };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function plainText(body: string): string {
  return shorten(body.slice(0, 8192).replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, " "));
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > maxQuoted ? `${line.slice(0, maxQuoted)}…` : line;
}
