import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";

/** What is known of a value that an attacker may control. */
export interface Taint {
  /** `strong`: a request or other input. `weak`: a parameter, whose caller is not in sight. */
  readonly strength: "strong" | "weak";
  /** It was made part of a larger string on its way. */
  readonly built: boolean;
  /** From where it came in to where it is now. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly node: SyntaxNode;
  readonly message: string;
}

/** What has just come in. */
export function source(strength: Taint["strength"], node: SyntaxNode, message: string): Taint {
  return { strength, built: false, steps: [{ node, message }] };
}

/** The worse of two: strong before weak, built before plain. */
export function join(a: Taint | null, b: Taint | null): Taint | null {
  if (a === null || b === null) return a ?? b;
  const worse = rank(b) > rank(a) ? b : a;
  return { ...worse, built: a.built || b.built };
}

export function asBuilt(taint: Taint | null): Taint | null {
  return taint === null || taint.built ? taint : { ...taint, built: true };
}

/** Long chains keep their beginning and their end. */
export function withStep(taint: Taint, step: Step): Taint {
  const steps = taint.steps.length >= 12 ? [...taint.steps.slice(0, 11), step] : [...taint.steps, step];
  return { ...taint, steps };
}

function rank({ strength, built }: Taint): number {
  return (strength === "strong" ? 2 : 0) + (built ? 1 : 0);
}
