import type { Step } from "../../core/recipe.ts";
import { policiesFor } from "../../stages/analyze.ts";
import type { Arm } from "./evaluation.ts";
import { step } from "./step.ts";

/**
 * Every arm's answers read by each analyzer by itself, against what exploits did: `ARM-verdicts.scores`. Throws AppError
 * `config-invalid` when the recipe file binds no analyzer.
 */
export function analyzerAgreement(arms: readonly Arm[], analyzers: readonly string[]): Step[] {
  policiesFor(
    "default",
    analyzers.map((name) => ({ name })),
  );
  return arms.flatMap(({ id, name: arm }) => {
    const read = analyzers.map((name) => ({ name, id: `${id}-read-by-${name.replace(/[^\w-]+/g, "-")}` }));
    const inputs = Object.fromEntries(read.map((one) => [`analyzer ${one.name}`, `${one.id}.judgements`]));
    const answers = { tasks: "items.tasks", generations: `${id}.generations` };
    return [
      ...read.map((one) =>
        step(one.id, "analyze", `${arm}, read by ${one.name}`, {}, answers, { analyzers: [one.name] }),
      ),
      step(
        `${id}-verdicts`,
        "compare-verdicts",
        `${arm}, analyzers against exploits`,
        { arm },
        { tasks: "items.tasks", executed: `${id}-judged.judgements`, ...inputs },
      ),
    ];
  });
}
