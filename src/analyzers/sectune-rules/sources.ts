import { type NameMatcher, nameMatcher } from "./glob.ts";
import { type LanguageRules, pattern } from "./rule-schema.ts";

/** `sources.yaml`, compiled. */
export interface Sources {
  readonly request: Source;
  readonly input: Source;
  readonly fills: readonly { readonly call: NameMatcher; readonly args: readonly number[] }[];
  readonly cleaners: NameMatcher;
  readonly builders: NameMatcher;
  readonly cleaningWords: RegExp;
  readonly guards: RegExp;
  readonly noData: RegExp;
  readonly numbers: RegExp;
  readonly requestParameter: RegExp;
  readonly requestFunction: RegExp;
}

export interface Source {
  readonly names: readonly RegExp[];
  readonly calls: NameMatcher;
}

export function compileSources(language: LanguageRules): Sources {
  const source = ({ names, calls }: LanguageRules["request"]): Source => ({
    names: names.map(pattern),
    calls: nameMatcher(calls),
  });
  return {
    request: source(language.request),
    input: source(language.input),
    fills: language.fills.map(({ call, args }) => ({ call: nameMatcher([call]), args })),
    cleaners: nameMatcher(language.cleaners),
    builders: nameMatcher(language.builders),
    cleaningWords: pattern(language.cleaning_words),
    guards: pattern(language.guards),
    noData: pattern(language.no_data),
    numbers: pattern(language.numbers),
    requestParameter: pattern(language.request_parameter),
    requestFunction: pattern(language.request_function),
  };
}
