import type { RuleFolder } from "./load-rules.ts";
import { beyondMatcher, overrunMatcher } from "./matchers/array-matchers.ts";
import { callMatcher } from "./matchers/call-matcher.ts";
import { afterMatcher, untestedMatcher } from "./matchers/lifetime-matchers.ts";
import type { CallMatcher, FileMatcher, Hit } from "./matchers/matcher.ts";
import { returnedLocalMatcher } from "./matchers/returned-local-matcher.ts";
import { treeMatcher } from "./matchers/tree-matcher.ts";
import { assignMatcher, indexMatcher, returnMatcher, stringMatcher } from "./matchers/value-matchers.ts";
import { pattern } from "./pattern.ts";
import type { Match, Rule } from "./rule-schema.ts";
import { compileSources, type Sources } from "./sources.ts";
import { surroundings } from "./surroundings.ts";
import { compileProfile, type TaintProfile } from "./taint-profile.ts";

export interface CompiledRule {
  readonly rule: Rule;
  /** Whether the file's text is one for this rule. */
  applies(text: string): boolean;
}

/** One entry of a rule's `match`. */
export interface CompiledMatch<Matcher> {
  readonly rule: CompiledRule;
  readonly matcher: Matcher;
  /** Where a hit must lie. */
  surroundings(hit: Hit): boolean;
}

/** The rules of one language, ready to run. */
export interface CompiledRules {
  readonly sources: Sources;
  readonly rules: readonly CompiledRule[];
  /** Matches on calls by the last segment of the called name. */
  readonly calls: ReadonlyMap<string, readonly CompiledMatch<CallMatcher>[]>;
  /** Matches on calls of any name. */
  readonly anyCall: readonly CompiledMatch<CallMatcher>[];
  /** Matches that find their places themselves. */
  readonly others: readonly CompiledMatch<FileMatcher>[];
}

/** Rules of all folders by language. Throws on rules that contradict themselves; the schema has accepted them before. */
export function compileRules(
  folders: readonly RuleFolder[],
  wanted: (id: string) => boolean,
): Map<string, CompiledRules> {
  const byLanguage = new Map<string, CompiledRules>();
  for (const { language, rules } of folders) {
    const sources = compileSources(language);
    for (const name of language.languages) {
      const own = rules.filter(({ id, languages }) => wanted(id) && (languages?.includes(name) ?? true));
      const before = byLanguage.get(name)?.rules.map(({ rule }) => rule) ?? [];
      byLanguage.set(name, compile([...before, ...own], sources));
    }
  }
  return byLanguage;
}

function compile(rules: readonly Rule[], sources: Sources): CompiledRules {
  const compiled: CompiledRule[] = [];
  const calls = new Map<string, CompiledMatch<CallMatcher>[]>();
  const anyCall: CompiledMatch<CallMatcher>[] = [];
  const others: CompiledMatch<FileMatcher>[] = [];
  for (const rule of rules) {
    const profile = rule.taint === undefined ? null : compileProfile(rule.taint, sources);
    const whole = { rule, applies: textTest(rule) };
    compiled.push(whole);
    for (const match of rule.match) {
      const common = { rule: whole, surroundings: surroundings(match) };
      if (match.call === undefined && match.overrun === undefined) {
        others.push({ ...common, matcher: fileMatcher(match, profile) });
        continue;
      }
      const matcher =
        match.overrun === undefined ? callMatcher(match, profile) : overrunMatcher(match.overrun);
      if (matcher.lastSegments === undefined) anyCall.push({ ...common, matcher });
      for (const last of matcher.lastSegments ?? []) {
        const sharing = calls.get(last) ?? [];
        sharing.push({ ...common, matcher });
        calls.set(last, sharing);
      }
    }
  }
  return { sources, rules: compiled, calls, anyCall, others };
}

function textTest(rule: Rule): CompiledRule["applies"] {
  const [when, unless] = [rule.when, rule.unless].map((source) =>
    source === undefined ? undefined : pattern(source),
  );
  return (text) => (when?.test(text) ?? true) && !(unless?.test(text) ?? false);
}

function fileMatcher(match: Match, profile: TaintProfile | null): FileMatcher {
  if (match.assign !== undefined) return assignMatcher(match, profile);
  if (match.return !== undefined) return returnMatcher(match, profile);
  if (match.string !== undefined) return stringMatcher(match);
  if (match.index !== undefined) return indexMatcher(match, profile);
  if (match.after !== undefined) return afterMatcher(match);
  if (match.untested !== undefined) return untestedMatcher(match);
  if (match.beyond !== undefined) return beyondMatcher(match.beyond);
  if (match.returned_local !== undefined) return returnedLocalMatcher(match.returned_local);
  return treeMatcher(match, profile);
}
