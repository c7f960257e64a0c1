import type { Services } from "../core/adapter.ts";
import { messageOf } from "../core/error.ts";
import type { Component } from "./doctor.ts";
import { adapters } from "./registry.gen.ts";
import type { AdapterPort, AnyAdapter } from "./registry-shape.ts";

/** The adapters that the embedded default runs on. */
const needed = new Set(["model local", "trainer worker", "sandbox bubblewrap", "benchmark tinytasks"]);

/** What every adapter says of itself. Those that need settings first are named with what they need. */
export async function adapterComponents(services: Services): Promise<Component[]> {
  const ports = Object.keys(adapters) as AdapterPort[];
  const entries = ports.flatMap((port) =>
    Object.entries(adapters[port]).map(([name, load]) => ({
      port,
      name,
      load: load as () => Promise<AnyAdapter>,
    })),
  );
  return Promise.all(entries.map(({ port, name, load }) => examineAdapter(port, name, load, services)));
}

async function examineAdapter(
  port: AdapterPort,
  name: string,
  load: () => Promise<AnyAdapter>,
  services: Services,
): Promise<Component> {
  const base = { group: port, name };
  const missing = needed.has(`${port} ${name}`) ? "missing" : "optional";
  try {
    const adapter = await load();
    const config = adapter.config.safeParse({});
    if (!config.success) {
      const fields = [...new Set(config.error.issues.map(({ path }) => path.join(".")))].filter(Boolean);
      const detail = `${adapter.summary} (needs settings: ${fields.join(", ") || "see `sectune config schema`"})`;
      return { ...base, state: "ok", version: adapter.version, detail };
    }
    const found = await adapter.probe?.(config.data, services);
    if (found === undefined || found.available) {
      return { ...base, state: "ok", version: found?.version ?? adapter.version, detail: adapter.summary };
    }
    return { ...base, state: missing, version: found.version, detail: found.reason, hint: found.hint };
  } catch (error) {
    return { ...base, state: missing, detail: messageOf(error) };
  }
}
