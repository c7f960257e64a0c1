import { z } from "zod";

const RegexRuleSchema = z.strictObject({
  /** Absent for prescan expressions and for rules that the package never names. */
  id: z.string().nullable(),
  cwe: z.string().nullable(),
  severity: z.string(),
  message: z.string(),
  /** In the syntax of Python's `re`. */
  regex: z.string(),
});
export type RegexRule = z.infer<typeof RegexRuleSchema>;

/** The use cases of the package: `cyberseceval` reports everything, `codeshield` stops early and has fewer rules. */
export const modes = ["cyberseceval", "codeshield"] as const;
export type Mode = (typeof modes)[number];

const LanguageRulesSchema = z.strictObject({
  language: z.string(),
  mode: z.enum(modes),
  /** Of the file that semgrep reads, with the dot. */
  extension: z.string(),
  regex: z.array(RegexRuleSchema),
  /** With `codeshield`, semgrep runs only where one of these matches (or where there are none). */
  prescan: z.array(RegexRuleSchema),
  /** Path of the generated semgrep rules, or null. */
  semgrep: z.string().nullable(),
  semgrepRules: z.array(
    z.strictObject({
      id: z.string(),
      cwe: z.string().nullish(),
      severity: z.string(),
      message: z.string(),
    }),
  ),
});
export type LanguageRules = z.infer<typeof LanguageRulesSchema>;

/** What `package-script.ts` tells of the installed package. */
export const RuleSetSchema = z.strictObject({
  sets: z.array(LanguageRulesSchema),
  /** The package's semgrep command up to `--config`. */
  command: z.array(z.string()).min(2),
});
export type RuleSet = z.infer<typeof RuleSetSchema>;

/** The rules for a language by our name for it, or undefined where the package has none. */
export function rulesFor(set: RuleSet, language: string, mode: Mode): LanguageRules | undefined {
  return set.sets.find((rules) => rules.language === language && rules.mode === mode);
}
