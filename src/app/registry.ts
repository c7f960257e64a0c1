import { AppError } from "../core/error.ts";
import type { AnyRecipe } from "../core/recipe.ts";
import type { AnyStage } from "../core/stage.ts";
import { suggestName } from "../util/nearest-name.ts";
import { adapters, recipes, stages } from "./registry.gen.ts";
import type { AdapterPort, AnyAdapter, Loaders, Ports } from "./registry-shape.ts";

/** Loads an adapter by port and name. Throws AppError `config-invalid` with the nearest name. */
export function findAdapter<P extends AdapterPort>(port: P, name: string): Promise<AnyAdapter<Ports[P]>> {
  return find<AnyAdapter<Ports[P]>>(adapters[port], `${port} adapter`, name);
}

export function findRecipe(name: string): Promise<AnyRecipe> {
  return find(recipes, "recipe", name);
}

export function findStage(name: string): Promise<AnyStage> {
  return find(stages, "stage", name);
}

async function find<T extends { readonly name: string }>(
  loaders: Loaders<T>,
  kind: string,
  name: string,
): Promise<T> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load === undefined) {
    const hint = suggestName(name, Object.keys(loaders));
    throw new AppError("config-invalid", `there is no ${kind} called \`${name}\``, {
      boundary: "config",
      hint,
    });
  }
  const found = await load();
  if (found.name !== name) {
    throw new AppError("internal", `the ${kind} in the place of \`${name}\` calls itself \`${found.name}\``, {
      boundary: "internal",
    });
  }
  return found;
}
