import { CWE_CLUSTERS } from "./cwe-clusters.ts";
import { type InternalisationParams, utilityGatesOf } from "./internalisation-params.ts";
import type { VariantParams } from "./variant-params.ts";

/** A run of the method with some settings changed. */
export interface Variant {
  readonly name: string;
  readonly params: VariantParams;
  /** Role that writes the traces. */
  readonly teacher?: string;
  /** The variant it is compared with; default: the main run. */
  readonly against?: string;
}

export interface VariantContext {
  readonly params: InternalisationParams;
  /** Model roles that the recipe file binds. */
  readonly roles: readonly string[];
  readonly sizes: readonly number[];
  readonly oneCwe: string;
  readonly languages: readonly string[];
}

/** How variants are called that are trained on a part of the tasks. */
export const PARTIAL = "only ";

/** These gates without what they ask of security: an executed answer must still work. */
function withoutSecurity(gates: InternalisationParams["gates"]): InternalisationParams["gates"] {
  const kept = gates.flatMap((gate) =>
    gate === "secure" || gate === "not-insecure"
      ? ["functional" as const]
      : gate === "analyzers"
        ? []
        : [gate],
  );
  return [...new Set(kept)];
}

/** The gates of all three data sources, so that a task without a security side is no reason to drop its trace. */
function sourceGates(gates: InternalisationParams["gates"]): InternalisationParams["gates"] {
  return gates.map((gate) => (gate === "secure" ? "not-insecure" : gate));
}

/** The main run's demand on the form of an answer, which is no verification: variants with gates of their own keep it. */
function form({ gates }: InternalisationParams): InternalisationParams["gates"] {
  return gates.filter((gate) => gate === "code");
}

/** The ablations of SecPI (section 3.4, appendices B.4 and D) and ours, by kind. */
export const VARIANT_KINDS = {
  /**
   * What is internalised: the paper's figure 6. Utility rows that think as the main run's traces do (the default) follow the prompt, under
   * the main run's gates. Traces at equal size, and without gates on security, under which a careless prompt would be a sieve for careful
   * answers.
   */
  prompts: ({ params }) => {
    const { tracePrompt: own, utilityPrompt } = params;
    const prompts = [own, ...["generic", "generic-secure", "secure", "oracle"].filter((it) => it !== own)];
    return prompts.map((prompt) => ({
      name: `prompt ${prompt}`,
      params: {
        tracePrompt: prompt,
        equalPrompts: prompts,
        gates: withoutSecurity(params.gates),
        utilityGates: utilityGatesOf(params),
        ...(utilityPrompt === own && { utilityPrompt: prompt }),
      },
      ...(prompt !== own && { against: `prompt ${own}` }),
    }));
  },
  /** Training on one group of weaknesses, to be read on the others. */
  clusters: () =>
    (["injection", "resource"] as const).map((name) => ({
      name: `${PARTIAL}${name}`,
      params: { cwes: CWE_CLUSTERS[name] },
    })),
  languages: ({ languages }) =>
    languages.map((language) => ({ name: `${PARTIAL}${language}`, params: { languages: [language] } })),
  sizes: ({ sizes, oneCwe }) => [
    ...sizes.map((size) => ({ name: `${size} traces`, params: { maxTraces: size } })),
    { name: `${PARTIAL}${oneCwe}`, params: { cwes: [oneCwe] } },
  ],
  /** The model's own traces where the main run has another teacher, and those of a further teacher where one is bound. */
  teachers: ({ roles }) => [
    ...(roles.includes("teacher") ? [{ name: "own traces", params: {}, teacher: "target" }] : []),
    ...(roles.includes("otherTeacher")
      ? [{ name: "other teacher", params: {}, teacher: "otherTeacher" }]
      : []),
  ],
  /** Data sources at equal size and without utility rows, which come from a source themselves; compared with `source filtered`. */
  sources: ({ params }) =>
    (["filtered", "unfiltered", "rejected"] as const).map((source) => ({
      name: `source ${source}`,
      params: { source, equalSources: true, utilityShare: 0, gates: sourceGates(params.gates) },
      ...(source !== "filtered" && { against: "source filtered" }),
    })),
  reasoning: () => [{ name: "no reasoning", params: { reasoning: false } }],
  /** The paper's way: no test, no analyzer. Utility rows stay those of the main run. */
  verification: ({ params }) => [
    {
      name: "unverified",
      params: { gates: ["complete", "reasoning", ...form(params)], utilityGates: utilityGatesOf(params) },
    },
  ],
  /** Fine-tuning on the model's own plain outputs, utility rows too: what training alone does. */
  control: ({ params }) => [
    {
      name: "own plain outputs",
      params: {
        tracePrompt: "plain",
        utilityPrompt: "plain",
        gates: ["complete", ...form(params)],
        utilityGates: utilityGatesOf(params).filter((gate) => gate !== "reasoning"),
      },
      teacher: "target",
    },
  ],
} satisfies Record<string, (context: VariantContext) => Variant[]>;

export type VariantKind = keyof typeof VARIANT_KINDS;
export const VARIANT_KIND_NAMES = Object.keys(VARIANT_KINDS) as [VariantKind, ...VariantKind[]];

/** What a kind needs that may give no variant. */
export const VARIANT_NEEDS: { readonly [kind in VariantKind]?: string } = {
  teachers: "bind `models.teacher` (the main run's) or `models.otherTeacher` (a further one)",
  languages: "name the languages in `params.eachLanguage`, such as [python, c]",
};
