import { z } from "zod";
import { SeveritySchema } from "../../core/finding.ts";
import { isPattern } from "./pattern.ts";
import type { AncestorPattern, ChildPattern, TreePattern } from "./tree-pattern.ts";

/** A regular expression that `pattern` compiles. */
const Pattern = z.string().refine(isPattern, "not a valid regular expression");

/** What must hold of one value: an argument, an assigned or returned value, an index, a receiver. All that is given must hold. */
export const ConditionSchema = z.strictObject({
  /** Whether it is there at all. Every other key but `not_text` asks for it to be there. */
  present: z.boolean().optional(),
  /** Its text matches; a name that is assigned once in the file counts as what it was given. */
  text: Pattern.optional(),
  /** Its text (or what the name was given) does not match. Holds when it is absent. */
  not_text: Pattern.optional(),
  /** What the string surely begins with, without its quote, does not match; a name in front counts as what it was given. */
  not_beginning: Pattern.optional(),
  /** It is (true) or is not (false) a literal, or a name that was given one. */
  literal: z.boolean().optional(),
  /** Data that an attacker may control reaches it, by the rule's `taint`. */
  taint: z.literal(true).optional(),
});
export type Condition = z.infer<typeof ConditionSchema>;

const nested: z.ZodType<TreePattern> = z.lazy(() => TreePatternSchema);
const child: z.ZodType<ChildPattern> = z.lazy(() =>
  TreePatternSchema.extend({ field: z.string().optional() }),
);
const ancestor: z.ZodType<AncestorPattern> = z.lazy(() =>
  TreePatternSchema.extend({ stopBy: z.literal("end").optional() }),
);
/** A node by the shape of the tree around it. */
export const TreePatternSchema = z.strictObject({
  kind: z.string().optional(),
  regex: Pattern.optional(),
  operator: z.string().optional(),
  not: nested.optional(),
  has: child.optional(),
  inside: ancestor.optional(),
  follows: nested.optional(),
});

const Globs = z.array(z.string().min(1)).min(1);

const ways = [
  "call",
  "assign",
  "return",
  "string",
  "index",
  "tree",
  "after",
  "untested",
  "overrun",
  "beyond",
  "returned_local",
] as const;

export const MatchSchema = z
  .strictObject({
    /** Calls of these names (globs: `*`, `{a,b}`), imports resolved; constructors are `new Name`. */
    call: Globs.optional(),
    /** Conditions on arguments: `0`, `name`, `1|name`, `any`, `1+` (any from there on), `receiver`. */
    args: z.record(z.string(), ConditionSchema).optional(),
    /** Assignments, declarations, key-value pairs and named arguments whose target matches. */
    assign: Pattern.optional(),
    /** Returned values. */
    return: z.literal(true).optional(),
    /** For `tree`: the part, as the grammar calls it, that `value` is about. */
    of: z.string().optional(),
    /** For `assign`, `return`, and `tree` with `of`. */
    value: ConditionSchema.optional(),
    /** String literals whose text, with quotes, matches. */
    string: Pattern.optional(),
    /** Subscripts whose index holds this. */
    index: ConditionSchema.optional(),
    /** Nodes by the shape of the tree around them; the rule needs `when`. */
    tree: TreePatternSchema.extend({ kind: z.string() }).optional(),
    /** Uses of what was handed to these calls (argument 0) and not assigned anew: `use`, or being handed over `again`. */
    after: z.strictObject({ call: Globs, what: z.enum(["use", "again"]) }).optional(),
    /** Calls (of C) that are told a number of bytes, the product of the arguments at `size`, larger than the array at `target`. */
    overrun: z
      .strictObject({ call: Globs, target: z.number().int(), size: z.array(z.number().int()).min(1) })
      .optional(),
    /** Loops that count past the end of an array (of C) whose size is known; elements behind its end. */
    beyond: z.enum(["loop", "element"]).optional(),
    /** Returned addresses of the function's own variables (C), or of what an object among them holds (C++). */
    returned_local: z.enum(["variable", "content"]).optional(),
    /** Results of these calls that are used and never tested. */
    untested: Globs.optional(),
    /** The text of the statement around it, or the name of the function around it, matches. */
    context: Pattern.optional(),
    /** The decorators or annotations of the function directly around it match. */
    decorated: Pattern.optional(),
    /** The text of the outermost function around it (or the file's, outside of one) matches. */
    in_function: Pattern.optional(),
    not_in_function: Pattern.optional(),
  })
  .refine(
    (match) => ways.filter((way) => match[way] !== undefined).length === 1,
    `needs exactly one of ${ways.join(", ")}`,
  );
export type Match = z.infer<typeof MatchSchema>;

export const TaintSchema = z.strictObject({
  /** `request`: web requests; `input`: terminal, files, environment, sockets. Both count wherever they arrive. */
  sources: z.array(z.enum(["request", "input"])).default(["request", "input"]),
  /**
   * Parameters of the function: `any` counts as they are, `built` only after being made part of a larger string (an API that takes
   * a whole query or path as its parameter is no defect), `none` never.
   */
  parameters: z.enum(["any", "built", "none"]).default("built"),
  /** Names and fields of which nothing is known where they stand count like parameters; constants and imports do not. */
  unknown: z.boolean().default(false),
  /** Input counts only as a parameter does: for tools that are told by their own user what to open. */
  trusted_input: z.boolean().default(false),
  /** Whether numbers carry it too: sizes and indices do, strings to be injected do not. */
  numbers: z.boolean().default(false),
  /** Calls whose result is clean for this rule (globs). */
  sanitizers: z.array(z.string()).default([]),
  /** A condition that names the variable and matches this makes it clean from there on. `false`: no condition does. */
  guards: z.union([Pattern, z.literal(false)]).optional(),
  /** Tests that match `guards` and make nothing clean. With `guards` the language's own do not count. */
  no_guards: Pattern.optional(),
});
export type TaintOptions = z.infer<typeof TaintSchema>;

/** One rule file. `docs/adding-a-rule.md` explains every key. */
export const RuleSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)+$/),
    kind: z.enum(["weakness", "safe"]).default("weakness"),
    cwe: z.string().regex(/^CWE-[1-9]\d*$/),
    severity: SeveritySchema.default("medium"),
    message: z.string().min(10),
    advice: z.string().min(10).optional(),
    /** Narrower than the folder's languages. */
    languages: z.array(z.string()).optional(),
    /** The file's text must match, and must not match. */
    when: Pattern.optional(),
    unless: Pattern.optional(),
    taint: TaintSchema.optional(),
    match: z.array(MatchSchema).min(1),
    examples: z.strictObject({
      vulnerable: z.array(z.string()).min(2),
      safe: z.array(z.string()).min(2),
    }),
  })
  .refine(({ kind, advice }) => kind === "safe" || advice !== undefined, "a weakness needs advice")
  .refine(
    ({ match, when }) => when !== undefined || match.every(({ tree }) => tree === undefined),
    "`tree` needs `when`",
  );
export type Rule = z.infer<typeof RuleSchema>;

const SourceSchema = z.strictObject({
  /** Regular expressions on the whole text of a name or member expression. */
  names: z.array(Pattern).default([]),
  /** Names that mean this only in files of a certain kind (`self.path` where a class handles HTTP). */
  names_where: z.array(z.strictObject({ file: Pattern, names: z.array(Pattern) })).default([]),
  calls: z.array(z.string()).default([]),
});

/** `sources.yaml` of a language folder: where data comes from and what cleans it, for all its rules. */
export const LanguageSchema = z.strictObject({
  languages: z.array(z.string()).min(1),
  request: SourceSchema,
  input: SourceSchema,
  /**
   * Calls that fill a variable: something arrives in an argument. `from`: input (the default), the request, or what the call is made on
   * (`receiver`) or given at a position holds.
   */
  fills: z
    .array(
      z.strictObject({
        call: z.string(),
        args: z.array(z.number().int()),
        from: z.union([z.enum(["input", "request", "receiver"]), z.number().int()]).default("input"),
      }),
    )
    .default([]),
  /** Streams that `>>` reads input from. */
  streams: Pattern.optional(),
  /** Calls whose result carries nothing on: numbers, lengths, booleans. */
  cleaners: z.array(z.string()),
  /** Calls that make a larger string of their arguments. */
  builders: z.array(z.string()),
  /** Words in the name of a function that say it makes its argument safe. */
  cleaning_words: Pattern,
  /** What a condition looks like that restricts a value. */
  guards: Pattern,
  /** Tests among them that restrict no text: of type, length, how it begins and ends. */
  no_guards: Pattern,
  /** Parameters that are no data: connections, loggers, `self`. */
  no_data: Pattern,
  /** Text of a parameter whose type is a number or boolean. */
  numbers: Pattern,
  /** Text of a parameter, or of what stands before a function, that says the framework fills it from a request. */
  request_parameter: Pattern,
  request_function: Pattern,
});
export type LanguageRules = z.infer<typeof LanguageSchema>;
