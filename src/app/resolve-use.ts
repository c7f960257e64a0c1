import { isAppError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import { type Problem, problemsOf } from "./config-problems.ts";
import type { AdapterUse, ResolvedUse } from "./config-schema.ts";
import { findAdapter } from "./registry.ts";
import type { AdapterPort } from "./registry-shape.ts";
import type { Path } from "./yaml-source.ts";

/** An adapter's settings checked and filled in; what is wrong with them joins `problems`, at `path`. */
export async function resolveUse(
  port: AdapterPort,
  use: AdapterUse,
  path: Path,
  problems: Problem[],
): Promise<ResolvedUse> {
  const { adapter, ...settings } = typeof use === "string" ? { adapter: use } : use;
  const namedBy = typeof use === "string" ? undefined : "adapter";
  return resolveNamed(port, adapter, settings, path, namedBy, problems);
}

/** The same where the name stands in a field of its own (`namedBy`) or is all there is. */
export async function resolveNamed(
  port: AdapterPort,
  name: string,
  settings: Readonly<Record<string, unknown>>,
  path: Path,
  namedBy: string | undefined,
  problems: Problem[],
): Promise<ResolvedUse> {
  const namePath = namedBy === undefined ? path : [...path, namedBy];
  const adapter = await collect(problems, namePath, () => findAdapter(port, name));
  const parsed = adapter?.config.safeParse(settings, { reportInput: true });
  if (adapter && parsed?.success === false) {
    problems.push(...problemsOf(adapter.config, parsed.error.issues, path));
  }
  return { adapter: name, config: parsed?.success ? asJson(parsed.data) : {} };
}

/** Adapters by role, below the key `at` of the file. */
export async function resolveRoles(
  port: AdapterPort,
  given: Readonly<Record<string, AdapterUse>>,
  at: string,
  problems: Problem[],
): Promise<Record<string, ResolvedUse>> {
  const entries: [string, ResolvedUse][] = [];
  for (const [role, one] of Object.entries(given))
    entries.push([role, await resolveUse(port, one, [at, role], problems)]);
  return Object.fromEntries(entries);
}

/** Runs a lookup; its AppError becomes a problem at `path`. */
export async function collect<T>(
  problems: Problem[],
  path: Path,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error) || error.code !== "config-invalid") throw error;
    problems.push({ path, text: error.message, fix: error.hint });
    return undefined;
  }
}

/** Defaults filled in by a schema, without undefined members: what can be hashed and written down. */
export function asJson(value: unknown): Record<string, never> & JsonObject {
  return JSON.parse(JSON.stringify(value));
}
