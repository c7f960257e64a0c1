import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { failureReasons } from "../../core/analyzer.ts";
import { AppError, messageOf } from "../../core/error.ts";
import { SeveritySchema } from "../../core/finding.ts";
import { suggestName } from "../../util/nearest-name.ts";

const Expression = z.string().refine((text) => isExpression(text), "not a regular expression");

const StepSchema = z.strictObject({
  /** Program and arguments; see `fill-in.ts` for the places. */
  argv: z.array(z.string()).min(1),
  /** Exit codes that mean that it ran to its end, with or without findings. */
  good: z.array(z.number().int()).default([0]),
  /** Exit codes that say of the one file of a `perFile` tool that it is no valid program. */
  unparsable: z.array(z.number().int()).default([]),
});

const Source = z.union([z.enum(["stdout", "stderr"]), z.strictObject({ file: z.string() })]);

/** Columns as the tool counts them. */
const Columns = z.strictObject({
  first: z.union([z.literal(0), z.literal(1)]).default(1),
  unit: z.enum(["utf16", "code-points", "bytes"]).default("code-points"),
});

/** Dotted paths into one result. */
const Fields = z.strictObject({
  file: z.string(),
  line: z.string(),
  column: z.string().optional(),
  endLine: z.string().optional(),
  endColumn: z.string().optional(),
  rule: z.string(),
  message: z.string(),
  severity: z.string().optional(),
  cwe: z.string().optional(),
});

const OutputSchema = z.discriminatedUnion("format", [
  z.strictObject({
    format: z.literal("sarif"),
    from: Source,
    /** What columns count, for tools that declare another kind than they use. */
    columns: z.enum(["as-declared", "utf16", "code-points"]).default("as-declared"),
    /** Severity of results without a `security-severity`; absent: by their level. */
    unscored: SeveritySchema.optional(),
    /** Notifications that say of a file that it was read (the others are failed), or why silence about it means nothing. */
    notifications: z
      .strictObject({
        /** Expression on the kind's id. */
        scanned: Expression.optional(),
        failures: z.partialRecord(z.enum(failureReasons), Expression).default({}),
      })
      .prefault({}),
  }),
  z.strictObject({
    format: z.literal("json"),
    from: Source,
    /** Dotted path of the list of results. */
    results: z.string(),
    fields: Fields,
    columns: Columns.default({ first: 1, unit: "code-points" }),
    /** Where the tool says of a file that it could not look at it. */
    errors: z.strictObject({ list: z.string(), file: z.string(), message: z.string() }).optional(),
    /** Dotted path of the list of files that it looked at; the others are failed. */
    scanned: z.string().optional(),
  }),
  z.strictObject({
    format: z.literal("lines"),
    from: Source,
    /** One finding a line, with the groups of `fields` above; a line that does not match fails the batch. */
    pattern: Expression,
    columns: Columns.default({ first: 1, unit: "code-points" }),
  }),
]);
export type OutputDescription = z.infer<typeof OutputSchema>;

const DescriptionSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  languages: z.array(z.string()).min(1),
  /** What must be there: a program of the system, or a file in the tools folder. */
  needs: z.union([z.strictObject({ program: z.string() }), z.strictObject({ tool: z.string() })]),
  /** The command that installs it. */
  install: z.string(),
  /** Name of the Python package in the tools folder whose version is the tool's, or arguments that make the program print it. */
  version: z.union([z.strictObject({ package: z.string() }), z.strictObject({ argv: z.array(z.string()) })]),
  /** Whether the user gives rules of his own, which are copied to `{rules}`. */
  rules: z.enum(["none", "optional", "required"]).default("none"),
  /** Settings that the user's rules bring with them, where they are optional. */
  withRules: z.record(z.string(), z.string()).default({}),
  /** Settings with their defaults, for `{name}` in arguments; an argument that is nothing but an empty one is left out. */
  parameters: z.record(z.string(), z.string()).default({}),
  /** The tool's names for our languages, for `{language}`. */
  languageNames: z.record(z.string(), z.string()).default({}),
  /** The tool takes one file per process. */
  perFile: z.boolean().default(false),
  batch: z.number().int().positive().default(200),
  limits: z
    .strictObject({
      memoryMb: z.number().positive().default(1024),
      processes: z.number().int().positive().default(64),
      /** Of one process: so much, and so much more for each of its files. */
      seconds: z.number().positive().default(60),
      secondsPerFile: z.number().nonnegative().default(2),
    })
    .prefault({}),
  env: z.record(z.string(), z.string()).default({}),
  steps: z.array(StepSchema).min(1),
  output: OutputSchema,
  /** What its word weighs by default where several analyzers are asked, by language; 1 where there is none. */
  weights: z.record(z.string(), z.number().positive()).default({}),
  /** CWE of rules for which the tool tells none, or another than it should. */
  cwe: z.record(z.string(), z.string().regex(/^CWE-\d+$/)).default({}),
  severity: z.record(z.string(), SeveritySchema).default({}),
  /** Findings below it are left out, where the user does not say otherwise. */
  minSeverity: SeveritySchema.default("info"),
  /** Rules that speak of style or of the tool itself. */
  ignore: z.array(z.string()).default([]),
  /** Rules by which the tool says that it could not look at the file. */
  failures: z.record(z.string(), z.enum(failureReasons)).default({}),
  /** Expressions on the tool's error messages; others are `crashed`. */
  troubles: z.partialRecord(z.enum(failureReasons), Expression).default({}),
});
export type Description = z.infer<typeof DescriptionSchema>;

const folder = join(import.meta.dirname, "tools");

/** Names of the tools that are described here. */
export function describedTools(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();
}

/** A tool described here by its name, or by the path of a YAML file of the user's. Throws AppError `config-invalid`. */
export function loadDescription(tool: string): Description {
  const known = describedTools();
  const own = /[/\\]|\.ya?ml$/.test(tool);
  if (!own && !known.includes(tool)) {
    throw new AppError("config-invalid", `there is no description of the tool ${tool}`, {
      boundary: "config",
      hint: suggestName(tool, known) ?? `One of ${known.join(", ")}, or the path of a YAML file.`,
    });
  }
  try {
    return DescriptionSchema.parse(withParent(readYaml(own ? tool : join(folder, `${tool}.yaml`))));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError("config-invalid", `the description of ${tool} cannot be read: ${why}`, {
      boundary: "config",
      cause: error,
    });
  }
}

function readYaml(path: string): unknown {
  return parse(readFileSync(path, "utf8"));
}

/** `extends: NAME` lays a description over one of these, setting by setting. */
function withParent(own: unknown): unknown {
  const { extends: parent, ...rest } = z
    .looseObject({ extends: z.enum(describedTools()).optional() })
    .parse(own);
  return parent === undefined ? rest : { ...(readYaml(join(folder, `${parent}.yaml`)) as object), ...rest };
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
