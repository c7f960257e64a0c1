import type { z } from "zod";
import type { JsonObject } from "./json.ts";

/** A model binding of a step: a role of the recipe, or that role with the checkpoint that another step made. */
export interface ModelUse {
  readonly role: string;
  /** `step.output` of a directory with a checkpoint; replaces the role's own. */
  readonly checkpoint?: string | undefined;
}

/** One node of the plan: data, printable and hashable before anything runs. */
export interface Step {
  readonly id: string;
  readonly stage: string;
  readonly params: JsonObject;
  /** Stage input name → `step.output`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Stage's model role → binding. */
  readonly models?: Readonly<Record<string, ModelUse>>;
  /** Stage's dataset role → the recipe's dataset role. */
  readonly datasets?: Readonly<Record<string, string>>;
  readonly benchmarks?: readonly string[];
  /** Names as in PlanInput. */
  readonly analyzers?: readonly string[];
  readonly trainer?: boolean;
  /** For people: what the step does here. */
  readonly title: string;
}

export interface PlanInput<Params> {
  readonly params: Params;
  readonly seed: number;
  readonly benchmarks: readonly {
    name: string;
    limit?: number | undefined;
    splits?: readonly string[] | undefined;
    samples: number;
  }[];
  /** Model roles that the YAML binds. */
  readonly roles: readonly string[];
  /** Analyzers that the YAML binds: the adapter's name, numbered from the second on where several share it. */
  readonly analyzers?: readonly string[];
}

/** Params → steps. Wiring only: no loops over data, no I/O. */
export interface Recipe<Params = never> {
  readonly name: string;
  readonly version: number;
  readonly summary: string;
  readonly params: z.ZodType<Params>;
  /** Model roles: name → what it is for and which role stands in when it is not bound. */
  readonly models: Readonly<Record<string, { readonly summary: string; readonly default?: string }>>;
  readonly datasets: Readonly<Record<string, { readonly summary: string }>>;
  plan(input: PlanInput<Params>): Step[];
  /** How the report reads the scores: which steps hold them and which arms are compared. */
  readonly headline: {
    readonly scores: string;
    readonly before: string;
    readonly after: string;
    /** The untouched model under the security prompt, to be seen beside the two where the run has it. */
    readonly prompted?: string;
    /** How names of arms begin that were trained on a part of the tasks: what they gain on the other parts is a table. */
    readonly partialPrefix?: string;
  };
}

export function defineRecipe<Params>(recipe: Recipe<Params>): Recipe<Params> {
  return recipe;
}
// biome-ignore lint/suspicious/noExplicitAny: a registry holds recipes of all params; each validates its own
export type AnyRecipe = Recipe<any>;
