import type { Services } from "../core/adapter.ts";
import type { Analyzer } from "../core/analyzer.ts";
import type { Benchmark } from "../core/benchmark.ts";
import type { Dataset } from "../core/dataset.ts";
import { AppError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import type { Binding } from "../engine/binding.ts";
import type { RegistryPool } from "./adapter-pool.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { ResolvedUse } from "./config-schema.ts";
import { findAdapter } from "./registry.ts";
import type { AdapterPort } from "./registry-shape.ts";

type Place = Pick<Binding, "port" | "adapter" | "config" | "transport">;

export interface BindContext {
  readonly services: Services;
  readonly pool: RegistryPool;
  readonly checkpoints: Checkpoints;
}

/** Makes a binding: settings split into identity and transport, checkpoints named by hash, the tool's version looked up. */
export async function bind(
  port: AdapterPort,
  choice: ResolvedUse,
  { services, pool, checkpoints }: BindContext,
): Promise<Binding> {
  const adapter = await findAdapter(port, choice.adapter);
  const settings = { ...choice.config };
  if (typeof settings.checkpoint === "string") {
    settings.checkpoint = await checkpoints.identify(settings.checkpoint);
  }
  const config: JsonObject = {};
  const transport: JsonObject = {};
  for (const [name, value] of Object.entries(settings)) {
    (adapter.transport.includes(name) ? transport : config)[name] = value;
  }
  const place = { port, adapter: adapter.name, config, transport };
  const content = await contentVersion(place, adapter.fingerprint !== undefined, services, pool);
  const fingerprint = await adapter.fingerprint?.(settings, services);
  const version = [adapter.version, fingerprint, content].filter(Boolean).join("+");
  return { ...place, version, label: label(adapter.name, config) };
}

/** Throws AppError `prerequisite-missing` with the adapter's own hint when what is bound cannot run here. */
export async function requireAvailable(
  binding: Binding,
  { services, pool }: Pick<BindContext, "services" | "pool">,
): Promise<void> {
  const adapter = await findAdapter(binding.port as AdapterPort, binding.adapter);
  const settings = { ...binding.config, ...binding.transport };
  const availability =
    binding.port === "analyzer"
      ? await (await pool.get<Analyzer>(binding)).probe()
      : await adapter.probe?.(settings, services);
  if (availability === undefined || availability.available) return;
  throw new AppError("prerequisite-missing", `${binding.port} ${adapter.name}: ${availability.reason}`, {
    boundary: "config",
    hint: availability.hint,
  });
}

/**
 * Version of what a benchmark or dataset holds, and of the tools a benchmark runs answers with. An analyzer's tool and rules: from
 * the adapter's fingerprint, or else from what it says of itself.
 */
async function contentVersion(
  place: Place,
  hasFingerprint: boolean,
  services: Services,
  pool: RegistryPool,
): Promise<string | undefined> {
  if (place.port === "dataset") return (await pool.get<Dataset>(place)).pin.revision;
  if (place.port === "analyzer") return hasFingerprint ? undefined : analyzerVersion(place, pool);
  if (place.port !== "benchmark") return undefined;
  const { revision } = await pool.get<Benchmark>(place);
  return `${revision}+${await (await services.sandbox()).fingerprint()}`;
}

async function analyzerVersion(place: Place, pool: RegistryPool): Promise<string> {
  const { version, rulesVersion } = await (await pool.get<Analyzer>(place)).probe();
  return [version, rulesVersion].filter(Boolean).join("+");
}

function label(adapter: string, config: JsonObject): string {
  const name = config.model ?? config.checkpoint ?? config.tool;
  return typeof name === "string" ? `${adapter}:${name}` : adapter;
}
