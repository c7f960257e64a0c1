const secretParameter = /key|token|secret|sig|pass|auth|cookie|credential/i;
/** Whole words of a header's name: `x-portkey-config` and `bypass-tunnel-reminder` are none. */
const secretHeader =
  /(^|[-_])(api)?(key|token|secret|sig|signature|pass|passwd|password|auth|authorization|cookie|credentials?)($|[-_])/i;

/** Whether a header of this name carries what must not stand in a file, a record or a log. */
export function isSecretHeader(name: string): boolean {
  return secretHeader.test(name);
}

/** Where an OpenAI-compatible API is, taken apart once so that no call parses a URL. */
export interface BaseUrl {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path before `/chat/completions`, without a trailing slash. */
  readonly path: string;
  /** Query that every request carries (Azure's `?api-version=…`), with its question mark, or empty. */
  readonly query: string;
}

/**
 * Reads the three forms in which people give the address of an API: with its version segment (`https://host/v1`), without
 * (`http://localhost:8000`, `https://host/api`: `/v1` is added), or the complete `…/chat/completions` (Azure, odd gateways).
 * Throws TypeError, without the address in its text, on credentials in it and on what is not http(s).
 */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError("expected an http:// or https:// address");
  if (url.username !== "" || url.password !== "")
    throw new TypeError("credentials do not belong into a url; name an environment variable in apiKeyEnv");
  const secret = [...url.searchParams.keys()].find((name) => secretParameter.test(name));
  if (secret !== undefined)
    throw new TypeError(`query parameter "${secret}" looks like a secret; use apiKeyEnv or headersFromEnv`);
  const path = url.pathname.replace(/\/+$/, "");
  const whole = path.replace(/\/(chat\/)?completions$/, "");
  const versioned = whole !== path || /\/v\d+[a-z0-9]*(\/|$)/i.test(path);
  return { origin: url.origin, path: versioned ? whole : `${path}/v1`, query: url.search };
}
