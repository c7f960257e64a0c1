import { hash } from "node:crypto";

/** sha256 in lower-case hex of text (UTF-8) or bytes. */
export function sha256(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

/**
 * JSON with sorted keys and without undefined members: equal values give equal text.
 * Throws TypeError on what JSON would silently change (NaN, Infinity, functions, bigint).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`canonicalJson: ${value} has no JSON form`);
    return JSON.stringify(value);
  }
  // By hand rather than with map, filter and join: this runs over every request and every row.
  if (Array.isArray(value)) {
    let items = "";
    for (const item of value) items += `${items === "" ? "" : ","}${canonicalJson(item ?? null)}`;
    return `[${items}]`;
  }
  if (typeof value === "object") {
    const members = value as Record<string, unknown>;
    let text = "";
    for (const key of Object.keys(members).sort()) {
      if (members[key] === undefined) continue;
      text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(members[key])}`;
    }
    return `{${text}}`;
  }
  throw new TypeError(`canonicalJson: a ${typeof value} has no JSON form`);
}

/** sha256 of the canonical JSON: the one hash function of memo keys, action keys and ids. */
export function contentHash(value: unknown): string {
  return sha256(canonicalJson(value));
}
