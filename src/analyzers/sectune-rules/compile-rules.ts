import type { FileContext } from "./file-context.ts";
import { functionKinds } from "./grammar.ts";
import type { RuleFolder } from "./load-rules.ts";
import { callMatcher } from "./matchers/call-matcher.ts";
import { afterMatcher, untestedMatcher } from "./matchers/lifetime-matchers.ts";
import type { Hit, Matcher } from "./matchers/matcher.ts";
import {
  assignMatcher,
  indexMatcher,
  returnMatcher,
  stringMatcher,
  treeMatcher,
} from "./matchers/value-matchers.ts";
import { scopeOf } from "./parameters.ts";
import { type Match, pattern, type Rule } from "./rule-schema.ts";
import { compileSources, type Sources } from "./sources.ts";
import { compileProfile, type TaintProfile } from "./taint-profile.ts";

export interface CompiledRule {
  readonly rule: Rule;
  /** Whether the file's text is one for this rule. */
  applies(text: string): boolean;
  readonly matches: readonly CompiledMatch[];
}

export interface CompiledMatch {
  readonly rule: CompiledRule;
  readonly matcher: Matcher;
  /** Where a hit must lie. */
  surroundings(hit: Hit, file: FileContext): boolean;
}

/** The rules of one language, ready to run. */
export interface CompiledRules {
  readonly sources: Sources;
  readonly rules: readonly CompiledRule[];
  /** Matches on calls by the last segment of the called name. */
  readonly calls: ReadonlyMap<string, readonly CompiledMatch[]>;
  /** Matches on calls of any name. */
  readonly anyCall: readonly CompiledMatch[];
  /** Matches that find their places themselves. */
  readonly others: readonly CompiledMatch[];
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
      const compiled = own.map((rule) => compileRule(rule, sources));
      const before = byLanguage.get(name)?.rules ?? [];
      byLanguage.set(name, index(sources, [...before, ...compiled]));
    }
  }
  return byLanguage;
}

function compileRule(rule: Rule, sources: Sources): CompiledRule {
  const profile = rule.taint === undefined ? null : compileProfile(rule.taint, sources);
  const [when, unless] = [rule.when, rule.unless].map((source) =>
    source === undefined ? undefined : pattern(source),
  );
  const compiled: CompiledRule = {
    rule,
    applies: (text) => (when?.test(text) ?? true) && !(unless?.test(text) ?? false),
    matches: [],
  };
  const matches = rule.match.map((match) => ({
    rule: compiled,
    matcher: compileMatch(match, profile),
    surroundings: surroundings(match),
  }));
  return Object.assign(compiled, { matches });
}

function compileMatch(match: Match, profile: TaintProfile | null): Matcher {
  if (match.call !== undefined) return callMatcher(match, profile);
  if (match.assign !== undefined) return assignMatcher(match, profile);
  if (match.return !== undefined) return returnMatcher(match, profile);
  if (match.string !== undefined) return stringMatcher(match);
  if (match.index !== undefined) return indexMatcher(match, profile);
  if (match.after !== undefined) return afterMatcher(match);
  if (match.untested !== undefined) return untestedMatcher(match);
  return treeMatcher(match);
}

function surroundings({ context, in_function, not_in_function }: Match): CompiledMatch["surroundings"] {
  const around = context === undefined ? undefined : pattern(context);
  const inside = in_function === undefined ? undefined : pattern(in_function);
  const outside = not_in_function === undefined ? undefined : pattern(not_in_function);
  return ({ node }) => {
    if (around !== undefined && !around.test(contextText(node))) return false;
    if (inside === undefined && outside === undefined) return true;
    const { text } = scopeOf(node);
    return (inside?.test(text) ?? true) && !(outside?.test(text) ?? false);
  };
}

/** The statement around a node without what is nested in it, and the names of the functions around it. */
function contextText(node: Hit["node"]): string {
  const words: string[] = [];
  let statement = node;
  while (
    statement.parent !== null &&
    !/statement$|declaration$|^(local_)?variable_declar/.test(statement.kind)
  ) {
    if (functionKinds.has(statement.parent.kind)) break;
    statement = statement.parent;
  }
  words.push(statement.text.slice(0, 400));
  for (let at = node.parent; at !== null; at = at.parent) {
    if (!functionKinds.has(at.kind)) continue;
    const name = at.field("name") ?? at.field("declarator") ?? at.parent?.field("name");
    words.push(name?.text.slice(0, 80) ?? "");
  }
  return words.join("\n");
}

function index(sources: Sources, rules: readonly CompiledRule[]): CompiledRules {
  const calls = new Map<string, CompiledMatch[]>();
  const anyCall: CompiledMatch[] = [];
  const others: CompiledMatch[] = [];
  for (const match of rules.flatMap((rule) => rule.matches)) {
    if (match.matcher.kind === "file") others.push(match);
    else if (match.matcher.lastSegments === undefined) anyCall.push(match);
    else for (const last of match.matcher.lastSegments) calls.set(last, [...(calls.get(last) ?? []), match]);
  }
  return { sources, rules, calls, anyCall, others };
}
