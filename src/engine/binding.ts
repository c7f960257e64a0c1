import type { Call, CallTemplate, PortName } from "../core/call.ts";
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
  /** Models that it may ask, by the role that its config names. */
  readonly models?: Readonly<Record<string, Binding>> | undefined;
}

/** What of a binding its calls need. */
export type CallBinding = CallTemplate & Pick<Binding, "models">;

/** Creates adapter instances from bindings, once each. The app implements it over the registry. */
export interface AdapterPool {
  get<T>(binding: Pick<Binding, "port" | "adapter" | "config" | "transport">): Promise<T>;
}

/** What of a binding enters keys; its models are bindings of their own. */
export function bindingIdentity(binding: Binding): string {
  const { port, adapter, version, config } = binding;
  return contentHash({ port, adapter, version, config });
}

export function makeCall(binding: CallBinding, op: string, request: Json, sampleIndex = 0): Call {
  const { models, ...own } = binding;
  const call = { ...template(own), op, request, sampleIndex };
  if (models === undefined) return call;
  const templates = Object.entries(models).map(([role, model]) => [role, template(model)] as const);
  return { ...call, models: Object.fromEntries(templates) };
}

function template({ port, adapter, version, config, transport }: CallTemplate): CallTemplate {
  return { port, adapter, version, config, transport };
}
