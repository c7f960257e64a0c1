import { z } from "zod";
import { AppError } from "../core/error.ts";
import { defineRecipe, type PlanInput, type Step } from "../core/recipe.ts";
import { CWE_CLUSTERS } from "./steps/cwe-clusters.ts";
import { type Arm, evaluation } from "./steps/evaluation.ts";
import { internalisation } from "./steps/internalisation.ts";
import {
  type InternalisationParams,
  internalisationParams,
  internalisationRoles,
} from "./steps/internalisation-params.ts";
import { mergePlans } from "./steps/merge-plans.ts";
import {
  PARTIAL,
  VARIANT_KIND_NAMES,
  VARIANT_KINDS,
  VARIANT_NEEDS,
  type Variant,
  type VariantKind,
} from "./steps/secpi-variants.ts";
import { VariantParams, withVariant } from "./steps/variant-params.ts";

const Params = z.strictObject({
  /** Settings of the main run, which every variant changes in one respect. */
  ...internalisationParams,
  /**
   * Kinds of ablations to run; default: all that there can be. `teachers` needs `models.teacher` or `models.otherTeacher`, `languages`
   * tasks in them: name them below. A kind that is asked for without what it needs is an error.
   */
  ablations: z.array(z.enum(VARIANT_KIND_NAMES)).default(VARIANT_KIND_NAMES),
  /** Training-set sizes, in traces. */
  sizes: z.array(z.number().int().positive()).default([25, 100]),
  /** The weakness of the smallest training set. */
  oneCwe: z
    .string()
    .regex(/^CWE-[1-9]\d*$/)
    .default("CWE-89"),
  /** Languages to train on one at a time, and to measure on apart; none by default. */
  eachLanguage: z.array(z.string()).default([]),
  /**
   * Splits that transfer between weaknesses and languages is measured on; default: all with a security side. Leave out those where
   * nearly nothing is secure after any training.
   */
  groupSplits: z.array(z.string()).min(1).optional(),
  /**
   * Variants of your own: name → settings that differ from the main run's, also inside `train`, `sampling` and `traceSampling`.
   * `batchRows` takes the place of the main run's `batchTokens` and the other way round; null takes a setting of `train` out.
   */
  variants: z
    .record(
      z.string().regex(/^[\w .-]+$/, "a name has letters, digits, spaces and . _ - only"),
      VariantParams,
    )
    .default({}),
});
type Params = z.infer<typeof Params>;

const BASE = "base plain";
const MAIN = "main";

/** SecPI's ablations in one run: every variant is a training of its own, everything that variants share is done once. */
export const recipe = defineRecipe<Params>({
  name: "secpi-ablations",
  version: 5,
  summary: "SecPI with one thing changed at a time, and the table of what each change does",
  params: Params,
  models: {
    ...internalisationRoles,
    otherTeacher: { summary: "a second teacher, for the ablation of teachers", default: "target" },
  },
  datasets: { tasks: { summary: "general coding tasks" } },
  headline: {
    scores: "scores.scores",
    before: BASE,
    after: MAIN,
    prompted: "base prompted",
    partialPrefix: PARTIAL,
  },
  plan(input) {
    const { main, variants } = split(input);
    const named = [{ name: MAIN, params: {} }, ...variants];
    refuseEqualNames(named);
    const merged = mergePlans(
      named.map(({ name, params, teacher }: Variant) => ({
        prefix: name === MAIN ? "" : `${slug(name)}-`,
        title: name === MAIN ? "" : name,
        steps: internalisation({ ...input, params: withVariant(main, params) }, teacher),
      })),
    );
    const base = { role: "target", variant: "plain" };
    const arms: Arm[] = [
      { ...base, id: "base-plain", name: BASE },
      { ...base, id: "base-prompted", name: "base prompted", variant: main.tracePrompt },
      ...named.map(({ name }, index) => ({
        ...base,
        id: `tuned-${slug(name)}`,
        name,
        checkpoint: merged.references[index]!("train.checkpoint"),
      })),
    ];
    return [...merged.steps, ...compared(input, arms, variants)];
  },
});

/** Main settings and variants out of the params. */
function split(input: PlanInput<Params>): { main: InternalisationParams; variants: Variant[] } {
  const { ablations, sizes, oneCwe, eachLanguage, groupSplits: _, variants, ...main } = input.params;
  const context = { params: main, roles: input.roles, sizes, oneCwe, languages: eachLanguage };
  const byKind = ablations.map((kind) => ({ kind, found: VARIANT_KINDS[kind](context) as Variant[] }));
  const empty = byKind.find(({ found }) => found.length === 0);
  if (empty !== undefined && !isEveryKind(ablations)) throw givesNone(empty.kind);
  const known = byKind.flatMap(({ found }) => found);
  const own = Object.entries(variants).map(([name, params]) => ({ name, params }));
  for (const { name } of own) if (name.startsWith(PARTIAL)) throw takenForPart(name);
  return { main, variants: [...known, ...own] };
}

/** The default, which records of runs hold written out, too: whatever needs something that is not bound is left out. */
function isEveryKind(ablations: readonly VariantKind[]): boolean {
  return VARIANT_KIND_NAMES.every((kind) => ablations.includes(kind));
}

function givesNone(kind: VariantKind): AppError {
  return new AppError("config-invalid", `the ablations \`${kind}\` give no variant here`, {
    boundary: "config",
    hint: `${VARIANT_NEEDS[kind] ?? "check their settings"}, or leave \`${kind}\` out of \`params.ablations\``,
  });
}

/**
 * Base arms against the main run, the main run (or the variant's own reference) against each variant, and the base against each: what a
 * variant gains where it was not trained is a gain over the base (the paper's table 2).
 */
function compared(input: PlanInput<Params>, arms: readonly Arm[], variants: readonly Variant[]): Step[] {
  const compare = [
    { from: BASE, to: MAIN },
    { from: "base prompted", to: MAIN },
    ...variants.map(({ name, against }) => ({ from: against ?? MAIN, to: name })),
    ...variants.map(({ name }) => ({ from: BASE, to: name })),
  ];
  const { eachLanguage, groupSplits } = input.params;
  const clusters = Object.entries(CWE_CLUSTERS).map(([name, cwes]) => [name, { cwes }]);
  const languages = eachLanguage.map((language) => [language, { languages: [language] }]);
  return evaluation(input, arms, {
    compare,
    groups: Object.fromEntries([...clusters, ...languages]),
    groupSplits,
    traceMetrics: true,
  });
}

/** Steps and arms are called after variants: two of one name would be one, or pass for a base arm. */
function refuseEqualNames(variants: readonly Variant[]): void {
  const slugs = new Set(["base-plain", "base-prompted"]);
  for (const { name } of variants) {
    if (slugs.has(slug(name))) {
      throw new AppError("config-invalid", `there is more than one arm called "${name}" (or nearly so)`, {
        boundary: "config",
        hint: "give each of `params.variants` a name of its own, and each of `params.sizes` once",
      });
    }
    slugs.add(slug(name));
  }
}

function takenForPart(name: string): AppError {
  return new AppError(
    "config-invalid",
    `the variant "${name}" would pass for one trained on a part of the weaknesses`,
    {
      boundary: "config",
      hint: `call it something that does not begin with "${PARTIAL.trim()}"`,
    },
  );
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
