import { type NameMatcher, nameMatcher } from "./glob.ts";
import { pattern } from "./pattern.ts";
import type { LanguageRules } from "./rule-schema.ts";

/** `sources.yaml`, compiled. */
export interface Sources {
  readonly request: Source;
  readonly input: Source;
  readonly fills: readonly Fill[];
  /** What `>>` reads input from, where the language has it. */
  readonly streams: RegExp | null;
  /** All of `fills`: most calls are none of them. */
  readonly filling: NameMatcher;
  readonly cleaners: NameMatcher;
  readonly builders: NameMatcher;
  readonly cleaningWords: RegExp;
  readonly guards: RegExp;
  readonly noGuards: RegExp;
  readonly noData: RegExp;
  readonly numbers: RegExp;
  readonly requestParameter: RegExp;
  readonly requestFunction: RegExp;
}

export interface Source {
  /** Whether a name or member expression stands for it by itself, in a file with this text: `sys.argv`, `req.body`. */
  named(text: string, file: string): boolean;
  readonly calls: NameMatcher;
}

export interface Fill {
  readonly call: NameMatcher;
  readonly args: readonly number[];
  readonly from: "input" | "request" | "receiver" | number;
}

export function compileSources(language: LanguageRules): Sources {
  return {
    request: source(language.request),
    input: source(language.input),
    fills: language.fills.map(({ call, args, from }) => ({ call: nameMatcher([call]), args, from })),
    streams: language.streams === undefined ? null : pattern(language.streams),
    filling: nameMatcher(language.fills.map(({ call }) => call)),
    cleaners: nameMatcher(language.cleaners),
    builders: nameMatcher(language.builders),
    cleaningWords: pattern(language.cleaning_words),
    guards: pattern(language.guards),
    noGuards: pattern(language.no_guards),
    noData: pattern(language.no_data),
    numbers: pattern(language.numbers),
    requestParameter: pattern(language.request_parameter),
    requestFunction: pattern(language.request_function),
  };
}

function source({ names, names_where, calls }: LanguageRules["request"]): Source {
  const patterns = names.map(pattern);
  const inSomeFiles = names_where.map((own) => ({ file: pattern(own.file), names: own.names.map(pattern) }));
  const some = (all: readonly RegExp[], text: string) => all.some((name) => name.test(text));
  return {
    named: (text, file) =>
      some(patterns, text) || inSomeFiles.some((own) => some(own.names, text) && own.file.test(file)),
    calls: nameMatcher(calls),
  };
}
