import type { Services } from "../core/adapter.ts";
import type { Artifact } from "../core/artifact.ts";
import { AppError } from "../core/error.ts";
import type { AnyRecipe, ModelUse, Step } from "../core/recipe.ts";
import type { AnyStage, Prompt, StageUses } from "../core/stage.ts";
import { type Binding, bindingIdentity } from "../engine/binding.ts";
import type { ObjectStore } from "../engine/object-store.ts";
import type { StepResolver } from "../engine/prepare-step.ts";
import type { StepBindings } from "../engine/step-context.ts";
import { loadPrompt } from "../prompts/load-prompt.ts";
import type { RegistryPool } from "./adapter-pool.ts";
import { namedAnalyzers } from "./analyzer-names.ts";
import { bind, requireAvailable } from "./bind.ts";
import { boundRole } from "./bound-role.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { ResolvedConfig, ResolvedUse } from "./config-schema.ts";
import { modelRoles } from "./model-roles.ts";
import { findAdapter, findStage } from "./registry.ts";
import type { AdapterPort } from "./registry-shape.ts";
import { bindParser } from "./syntax-analyzer.ts";

const DEFAULT_TRAINER: ResolvedUse = { adapter: "worker", config: {} };

export interface ResolverOptions {
  readonly config: ResolvedConfig;
  readonly recipe: AnyRecipe;
  readonly services: Services;
  readonly pool: RegistryPool;
  readonly objects: ObjectStore;
  readonly checkpoints: Checkpoints;
}

/** Finds stages and prompts, and turns the recipe's roles into the bindings of a step. */
export class RegistryResolver implements StepResolver {
  readonly #options: ResolverOptions;
  readonly #bindings = new Map<string, Promise<Binding>>();
  readonly #checked = new Map<string, Promise<void>>();
  #boundParser: Promise<Binding | undefined> | undefined;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  stage(name: string): Promise<AnyStage> {
    return findStage(name);
  }

  async prompt(name: string): Promise<Prompt> {
    return loadPrompt(name);
  }

  async bindings(
    step: Step,
    output: (reference: string) => Artifact,
    uses?: StageUses | undefined,
  ): Promise<StepBindings> {
    const { config } = this.#options;
    const models: Record<string, Binding> = {};
    const checkpoints: Record<string, { path: string; sha256: string }> = {};
    for (const [role, use] of Object.entries(step.models ?? {})) {
      const binding = await this.#model(use, output);
      models[role] = binding;
      // Only a trainer reads the files itself; for everything else the hash in the binding does.
      if (step.trainer && typeof binding.config.checkpoint === "string") {
        checkpoints[role] = await this.#options.checkpoints.resolve(binding.config.checkpoint);
      }
    }
    const datasets: Record<string, Binding> = {};
    for (const [role, bound] of Object.entries(step.datasets ?? {})) {
      const choice = config.datasets[bound] ?? missing("datasets", bound);
      datasets[role] = await this.#bind("dataset", choice);
    }
    const benchmarks: Record<string, Binding> = {};
    for (const name of step.benchmarks ?? []) {
      const chosen = config.benchmarks.find((entry) => entry.name === name) ?? missing("benchmarks", name);
      benchmarks[name] = await this.#bind("benchmark", { adapter: name, config: chosen.config });
    }
    const trainer = step.trainer ? await this.#bind("trainer", config.trainer ?? DEFAULT_TRAINER) : undefined;
    const analyzers = await this.#analyzers(step);
    const parser = uses?.parser ? await this.#parser() : undefined;
    return { models, checkpoints, datasets, benchmarks, analyzers, parser, trainer };
  }

  /** Throws AppError `prerequisite-missing` when something that a step is about to use cannot run here. */
  async requireAvailable(bindings: StepBindings): Promise<void> {
    const { models, datasets, benchmarks, analyzers = {}, trainer } = bindings;
    const groups = [models, datasets, benchmarks, analyzers];
    const named = groups.flatMap((group): Binding[] => Object.values(group));
    const all = [...named, ...named.flatMap((binding) => Object.values(binding.models ?? {})), trainer];
    for (const binding of all) {
      if (binding === undefined) continue;
      const id = bindingIdentity(binding);
      const checked = this.#checked.get(id) ?? requireAvailable(binding, this.#options);
      this.#checked.set(id, checked);
      await checked;
    }
  }

  /** A role's own adapter, or the one that stands in for it; with another step's checkpoint where the plan says so. */
  async #model(use: ModelUse, output: (reference: string) => Artifact): Promise<Binding> {
    const { config, recipe, checkpoints, objects } = this.#options;
    const role = boundRole(use.role, recipe, config) ?? missing("models", use.role);
    const choice = config.models[role]!;
    if (use.checkpoint === undefined) return this.#bind("model", choice);
    const artifact = output(use.checkpoint);
    checkpoints.add({
      path: objects.path(artifact),
      sha256: artifact.sha256,
      name: use.checkpoint.split(".")[0]!,
    });
    if (!("checkpoint" in choice.config)) {
      throw new AppError(
        "config-invalid",
        `role ${role} is served by ${choice.adapter}, which cannot load the tuned checkpoint`,
        {
          boundary: "config",
          hint: `bind ${role} to the \`local\` adapter; to evaluate with a server, train first and give its checkpoint to a second run`,
        },
      );
    }
    return this.#bind("model", { ...choice, config: { ...choice.config, checkpoint: artifact.sha256 } });
  }

  async #analyzers(step: Step): Promise<Record<string, Binding>> {
    const known = namedAnalyzers(this.#options.config.analyzers);
    const bindings: Record<string, Binding> = {};
    for (const name of step.analyzers ?? []) {
      const chosen = known[name] ?? missing("analyzers", name);
      const binding = await this.#bind("analyzer", chosen);
      bindings[name] = { ...binding, models: await this.#modelsOf(chosen) };
    }
    return bindings;
  }

  /** The models that an analyzer asks; nothing stands in for one that is not bound. */
  async #modelsOf({ adapter, config }: ResolvedUse): Promise<Binding["models"]> {
    const models: Record<string, Binding> = {};
    for (const { role } of modelRoles(await findAdapter("analyzer", adapter), config)) {
      const choice = this.#options.config.models[role] ?? missing("models", role);
      models[role] = await this.#bind("model", choice);
    }
    return Object.keys(models).length > 0 ? models : undefined;
  }

  #parser(): Promise<Binding | undefined> {
    this.#boundParser ??= bindParser(this.#options);
    return this.#boundParser;
  }

  #bind(port: AdapterPort, choice: ResolvedUse): Promise<Binding> {
    const id = JSON.stringify([port, choice]);
    let binding = this.#bindings.get(id);
    if (binding === undefined) {
      binding = bind(port, choice, this.#options);
      this.#bindings.set(id, binding);
    }
    return binding;
  }
}

function missing(kind: string, role: string): never {
  throw new AppError("config-invalid", `${kind}.${role} is not bound`, {
    boundary: "config",
    hint: `add \`${kind}.${role}\` with an adapter to the recipe file`,
  });
}
