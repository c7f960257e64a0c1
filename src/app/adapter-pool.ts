import type { Services } from "../core/adapter.ts";
import type { AdapterPool, Binding } from "../engine/binding.ts";
import { contentHash } from "../util/hash.ts";
import { findAdapter } from "./registry.ts";

type Place = Pick<Binding, "port" | "adapter" | "config" | "transport">;

/** Creates each adapter instance once and closes them at the end of the run. */
export class RegistryPool implements AdapterPool {
  readonly #services: Services;
  readonly #instances = new Map<string, Promise<unknown>>();
  /** Ids by config object: all calls of a binding share one, and hashing it for each would cost more than the call. */
  readonly #ids = new WeakMap<object, { place: Place; id: string }>();

  constructor(services: Services) {
    this.#services = services;
  }

  get<T>(place: Place): Promise<T> {
    const id = this.#id(place);
    let instance = this.#instances.get(id);
    if (instance === undefined) {
      instance = this.#create(place);
      this.#instances.set(id, instance);
    }
    return instance as Promise<T>;
  }

  /** Frees connections and processes of all instances. */
  async close(): Promise<void> {
    const instances = await Promise.allSettled(this.#instances.values());
    this.#instances.clear();
    for (const result of instances) {
      if (result.status === "fulfilled") await (result.value as { close?: () => Promise<void> }).close?.();
    }
  }

  #id(place: Place): string {
    const { port, adapter, config, transport } = place;
    const known = this.#ids.get(config);
    if (known?.place.transport === transport && known.place.port === port && known.place.adapter === adapter)
      return known.id;
    const id = contentHash({ port, adapter, config, transport });
    this.#ids.set(config, { place: { port, adapter, config, transport }, id });
    return id;
  }

  async #create({ port, adapter: name, config, transport }: Place): Promise<unknown> {
    const adapter = await findAdapter(port, name);
    return adapter.create({ ...config, ...transport }, this.#services);
  }
}
