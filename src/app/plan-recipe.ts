import type { Artifact } from "../core/artifact.ts";
import type { Step } from "../core/recipe.ts";
import { dependencies, orderSteps } from "../engine/plan-graph.ts";
import { prepareStep } from "../engine/prepare-step.ts";
import { StoreView } from "../engine/store.ts";
import { StoreLayout } from "../engine/store-layout.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { findRecipe } from "./registry.ts";
import { type Bindings, checkFresh, openBindings, planSteps } from "./session.ts";
import { storeRoot } from "./store-root.ts";

/** A step of a plan before it runs. */
export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly stage: string;
  readonly after: readonly string[];
  readonly cached: boolean;
  /** Known only when everything before it is cached. */
  readonly key: string | null;
}

/** What a run would do, step by step, with those marked that are done already. Runs no step, takes no lock. */
export async function planRecipe(
  config: ResolvedConfig,
  options: { store?: string | undefined; fresh?: readonly string[] | undefined },
): Promise<PlannedStep[]> {
  const store = new StoreView(new StoreLayout(storeRoot(config, options.store)));
  const recipe = await findRecipe(config.recipe);
  const steps = planSteps(recipe, config);
  checkFresh(steps, options.fresh);
  const bindings = await openBindings({ store, recipe, config, steps, emit: () => {} });
  try {
    return await markCached(orderSteps(steps), {
      ...bindings,
      store,
      seed: config.seed,
      fresh: options.fresh,
    });
  } finally {
    await bindings.close();
  }
}

interface Marking extends Bindings {
  readonly store: StoreView;
  readonly seed: number;
  readonly fresh?: readonly string[] | undefined;
}

/** What comes after a step that is to be made again may still turn out to be cached: its output may be the same. */
async function markCached(
  steps: readonly Step[],
  { resolver, store, seed, fresh = [] }: Marking,
): Promise<PlannedStep[]> {
  const outputs = new Map<string, Artifact>();
  const done = new Set<string>();
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    const { id, title, stage } = step;
    const after = dependencies(step);
    if (!after.every((needed) => done.has(needed))) {
      planned.push({ id, title, stage, after, cached: false, key: null });
      continue;
    }
    const { key } = await prepareStep(resolver, seed, step, (reference) => outputs.get(reference)!);
    const record = fresh.includes(id) ? null : await store.actions.get(key);
    planned.push({ id, title, stage, after, cached: record !== null, key });
    if (record === null) continue;
    done.add(id);
    for (const [name, artifact] of Object.entries(record.outputs)) outputs.set(`${id}.${name}`, artifact);
  }
  return planned;
}
