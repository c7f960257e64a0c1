import { sha256 } from "../../util/hash.ts";
import { type Key, keysOf } from "./generate.ts";

/** Evaluation groups in display order, and the training group. */
export const SPLITS = [
  { name: "seen", title: "CWEs in the training data, unseen structures", security: true },
  { name: "heldOutCwe", title: "CWEs never trained on", security: true },
  { name: "utility", title: "No CWE", security: false },
  { name: "dev", title: "For choosing settings; never reported", security: true },
  { name: "train", title: "Source of training data", security: true },
] as const;

export type SplitName = (typeof SPLITS)[number]["name"];

/** Share of the structural keys that is held out for evaluation, and for `dev`. */
const EVALUATION = 0.16;
const DEV = 0.04;

/**
 * The split of a structural key. It depends on the key's text alone, so that it never moves.
 * `pretraining` marks keys of held-out CWEs that only the base model's corpus may use.
 */
export function splitOf(key: Key): SplitName | "pretraining" {
  const share = Number.parseInt(sha256(`tinytasks/split/${key.text}`).slice(0, 8), 16) / 2 ** 32;
  const { use } = key.family;
  if (share < EVALUATION) return use === "seen" ? "seen" : use === "held-out" ? "heldOutCwe" : "utility";
  if (use === "held-out") return "pretraining";
  return share < EVALUATION + DEV ? "dev" : "train";
}

/** Keys of one split, in a fixed order. */
export function keysIn(split: SplitName | "pretraining"): Key[] {
  return keysOf().filter((key) => splitOf(key) === split);
}

/** Keys that the base model's corpus may use: neither evaluation nor dev. */
export function corpusKeys(): Key[] {
  return keysOf().filter((key) => ["train", "pretraining"].includes(splitOf(key)));
}
