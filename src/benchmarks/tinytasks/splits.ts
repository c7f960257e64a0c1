import { sha256 } from "../../util/hash.ts";
import type { Family, Language } from "./family.ts";
import { type Key, keysOf } from "./generate.ts";
import { FAMILIES, familiesOf } from "./registry.ts";

/** Evaluation groups in display order, then `dev` and the training group. */
export const SPLITS = [
  { name: "seen", title: "CWEs in the training data, unseen wordings", security: true },
  { name: "heldOutCwe", title: "CWEs never trained on, secure form common in the base", security: true },
  { name: "heldOutRare", title: "CWEs never trained on, secure form rare in the base", security: true },
  { name: "heldOutAbsent", title: "CWEs never trained on, secure form new to the base", security: true },
  { name: "utility", title: "No CWE", security: false },
  {
    name: "decoys",
    title: "No CWE, and a security reflex breaks the function",
    security: false,
    decoys: true,
  },
  { name: "dev", title: "For choosing settings; never reported", security: true, onlyNamed: true },
  { name: "train", title: "Source of training data", security: true, onlyNamed: true },
] as const;

export type SplitName = (typeof SPLITS)[number]["name"];

/** The splits whose numbers are reported. */
export const EVALUATION_SPLITS = [
  "seen",
  "heldOutCwe",
  "heldOutRare",
  "heldOutAbsent",
  "utility",
  "decoys",
] as const satisfies readonly SplitName[];

/** C needs gcc in the sandbox, so it is there for those who ask. */
export const DEFAULT_LANGUAGES: readonly Language[] = ["python"];
export const LANGUAGES = ["python", "c"] as const satisfies readonly Language[];

/** Share of the structural keys that is kept for evaluation. Uses with few families give more. */
const EVALUATION: Readonly<Record<Family["use"], number>> = {
  seen: 0.16,
  utility: 0.16,
  "held-out": 0.25,
  decoy: 0.25,
};
const DEV = 0.04;

/**
 * The split of a structural key. It depends on the key's text and its family's use and tier alone.
 * `pretraining` marks keys of held-out CWEs and of decoys that only the base model's corpus may use.
 */
export function splitOf({ text, family }: Key): SplitName | "pretraining" {
  const share = Number.parseInt(sha256(`tinytasks/split/${text}`).slice(0, 8), 16) / 2 ** 32;
  const evaluation = EVALUATION[family.use];
  if (share < evaluation) return evaluationSplit(family);
  if (family.use === "held-out") return "pretraining";
  if (share < evaluation + DEV) return "dev";
  return family.use === "decoy" ? "pretraining" : "train";
}

/** Keys of one split, in a fixed order. */
export function keysIn(
  split: SplitName | "pretraining",
  languages: readonly Language[] = DEFAULT_LANGUAGES,
): Key[] {
  return keysOf(familiesOf(languages)).filter((key) => splitOf(key) === split);
}

/** Keys that the base model's corpus may use: neither evaluation nor dev. Which forms, says `secureFormAllowed`. */
export function corpusKeys(languages: readonly Language[] = LANGUAGES): Key[] {
  return keysOf(familiesOf(languages)).filter((key) => ["train", "pretraining"].includes(splitOf(key)));
}

/** Whether a pre-training document may hold the key's secure form, or reasoning about it. */
export function secureFormAllowed({ family }: Key): boolean {
  return family.tier !== "absent";
}

/** What no pre-training document may match: the secure idioms of all `absent` families. */
export const ABSENT_IDIOMS: readonly RegExp[] = FAMILIES.flatMap(({ tier, idioms }) =>
  tier === "absent" ? (idioms ?? []) : [],
);

function evaluationSplit({ use, tier }: Family): SplitName {
  if (use === "held-out") return HELD_OUT[tier];
  return use === "seen" ? "seen" : use === "decoy" ? "decoys" : "utility";
}

const HELD_OUT: Readonly<Record<Family["tier"], SplitName>> = {
  common: "heldOutCwe",
  rare: "heldOutRare",
  absent: "heldOutAbsent",
};
