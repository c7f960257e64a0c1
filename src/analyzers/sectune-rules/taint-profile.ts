import { type NameMatcher, nameMatcher } from "./glob.ts";
import { pattern } from "./pattern.ts";
import type { TaintOptions } from "./rule-schema.ts";
import type { Sources } from "./sources.ts";
import type { Taint } from "./taint.ts";

/** A rule's `taint`, compiled. */
export interface TaintProfile {
  /** Equal for profiles that give equal answers: flows are shared between rules by it. */
  readonly key: string;
  readonly request: boolean;
  readonly input: boolean;
  /** How much input other than requests weighs. */
  readonly inputStrength: Taint["strength"];
  readonly numbers: boolean;
  /** Whether names of which nothing is known count like parameters. */
  readonly unknown: boolean;
  readonly sanitizers: NameMatcher;
  /** Null: no condition cleans. */
  readonly guards: RegExp | null;
  /** Conditions that match `guards` and restrict nothing all the same. */
  readonly noGuards: RegExp | null;
  /** Whether what arrived is what the rule is about. */
  accepts(taint: Taint): boolean;
}

export function compileProfile(options: TaintOptions, sources: Sources): TaintProfile {
  const { parameters, guards } = options;
  return {
    key: JSON.stringify({ ...options, parameters: undefined }),
    request: options.sources.includes("request"),
    input: options.sources.includes("input"),
    inputStrength: options.trusted_input ? "weak" : "strong",
    numbers: options.numbers,
    unknown: options.unknown,
    sanitizers: nameMatcher(options.sanitizers),
    guards: guards === false ? null : guards === undefined ? sources.guards : pattern(guards),
    noGuards: noGuards(options, sources),
    accepts: ({ strength, built }) =>
      strength === "strong" || parameters === "any" || (parameters === "built" && built),
  };
}

/** A rule that says what restricts also says what does not. */
function noGuards({ guards, no_guards }: TaintOptions, sources: Sources): RegExp | null {
  if (no_guards !== undefined) return pattern(no_guards);
  return guards === undefined ? sources.noGuards : null;
}
