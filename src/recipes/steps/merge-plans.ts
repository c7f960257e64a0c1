import type { Step } from "../../core/recipe.ts";
import { contentHash } from "../../util/hash.ts";

export interface NamedPlan {
  /** Put before the ids of steps that no earlier plan has; empty for the first. */
  readonly prefix: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

export interface MergedPlans {
  readonly steps: Step[];
  /** For each plan: its own `step.output` references → the merged plan's. */
  readonly references: ((reference: string) => string)[];
}

/**
 * One plan out of several in which each step occurs once: steps are the same when stage, settings, bindings and everything they
 * are made from are. What the action cache would find out at run time is thus visible in the plan, and nothing is done twice side by side.
 */
export function mergePlans(plans: readonly NamedPlan[]): MergedPlans {
  const idOf = new Map<string, string>();
  const steps: Step[] = [];
  const references = plans.map(({ prefix, title, steps: own }) => {
    const renamed = new Map<string, string>();
    const reference = (old: string): string => {
      const [id = "", ...rest] = old.split(".");
      return [renamed.get(id) ?? id, ...rest].join(".");
    };
    for (const step of own) {
      const moved = move(step, reference);
      const { id: _, title: __, ...content } = moved;
      const identity = contentHash(JSON.parse(JSON.stringify(content)));
      const known = idOf.get(identity);
      const id = known ?? `${prefix}${step.id}`;
      renamed.set(step.id, id);
      if (known !== undefined) continue;
      idOf.set(identity, id);
      steps.push({ ...moved, id, title: title === "" ? step.title : `${title}: ${step.title}` });
    }
    return reference;
  });
  return { steps, references };
}

/** The step with its references led to the merged plan. Steps come after what they need, so those are known. */
function move(step: Step, reference: (old: string) => string): Step {
  const inputs = Object.entries(step.inputs).map(([name, from]) => [name, reference(from)]);
  const models = Object.entries(step.models ?? {}).map(([role, use]) => [
    role,
    use.checkpoint === undefined ? use : { ...use, checkpoint: reference(use.checkpoint) },
  ]);
  return {
    ...step,
    inputs: Object.fromEntries(inputs),
    ...(step.models && { models: Object.fromEntries(models) }),
  };
}
