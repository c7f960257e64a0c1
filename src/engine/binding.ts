import type { Call, PortName } from "../core/call.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { contentHash } from "../util/hash.ts";

/** An adapter with its settings, as calls carry them. `config` is identity, `transport` only how to get there. */
export interface Binding {
  readonly port: PortName;
  readonly adapter: string;
  /** Adapter version and tool version. */
  readonly version: string;
  readonly config: JsonObject;
  readonly transport: JsonObject;
  /** For people: model or benchmark name. */
  readonly label: string;
}

/** Creates adapter instances from bindings, once each. The app implements it over the registry. */
export interface AdapterPool {
  get<T>(binding: Pick<Binding, "port" | "adapter" | "config" | "transport">): Promise<T>;
}

/** What of a binding enters keys. */
export function bindingIdentity(binding: Binding): string {
  const { port, adapter, version, config } = binding;
  return contentHash({ port, adapter, version, config });
}

export function makeCall(binding: Binding, op: string, request: Json, sampleIndex = 0): Call {
  const { port, adapter, version, config, transport } = binding;
  return { port, adapter, version, op, config, request, sampleIndex, transport };
}
