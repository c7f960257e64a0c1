import { z } from "zod";
import { AppError } from "../core/error.ts";
import { suggestName } from "../util/nearest-name.ts";
import type { Path } from "./yaml-source.ts";

export interface Problem {
  /** Where in the config; decides file, line and column. */
  readonly path: Path;
  /** True when it is about the key itself and not its value. */
  readonly atKey?: boolean;
  readonly text: string;
  readonly fix?: string | undefined;
}

/** Turns what zod found into problems with names, places and fixes. `at` is where the checked value stands in the config. */
export function problemsOf(schema: z.ZodType, issues: readonly z.core.$ZodIssue[], at: Path): Problem[] {
  return issues.flatMap((issue) => problemOf(schema, issue, at));
}

function problemOf(schema: z.ZodType, issue: z.core.$ZodIssue, at: Path): Problem[] {
  const inner = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const path = [...at, ...inner];
  const name = path.length === 0 ? "the file" : `\`${path.join(".")}\``;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, inner);
    return issue.keys.map((key) => ({
      path: [...path, key],
      atKey: true,
      text: `unknown key \`${[...path, key].join(".")}\``,
      fix: suggestName(key, known),
    }));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const nearest = issue.errors.toSorted((a, b) => score(b) - score(a))[0] ?? [];
    const specific = nearest.filter((child) => child.path.length > 0);
    if (specific.length > 0) {
      return specific.flatMap((child) =>
        problemOf(schema, { ...child, path: [...issue.path, ...child.path] }, at),
      );
    }
  }
  if (issue.code === "invalid_value") {
    const valid = issue.values.map(String);
    const given = issue.input === undefined ? undefined : String(issue.input);
    const fix = given === undefined ? `valid: ${valid.join(", ")}` : suggestName(given, valid);
    return [{ path, text: `${name}: ${lowerFirst(issue.message)}`, fix }];
  }
  if (issue.code === "invalid_key") {
    const why = issue.issues.map(({ message }) => lowerFirst(message)).join("; ");
    return [{ path, atKey: true, text: `${name}: ${why}` }];
  }
  const missing = issue.code === "invalid_type" && issue.message.includes("received undefined");
  if (missing && inner.length > 0) {
    return [{ path, text: `${name} is missing (${issue.expected})`, fix: `add \`${path.at(-1)}:\`` }];
  }
  return [{ path, text: `${name}: ${lowerFirst(issue.message)}` }];
}

/** How far a union's member matched before it failed: the longest path is what the user meant. */
function score(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    0,
    ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)),
  );
}

/** Names of the members that a schema allows at a path, read from its JSON Schema. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  let nodes = variants(root, root);
  for (const key of path) {
    nodes = nodes.flatMap((node) => {
      const child =
        typeof key === "number" ? node.items : (node.properties?.[key] ?? node.additionalProperties);
      return typeof child === "object" ? variants(child, root) : [];
    });
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

function variants(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  const target = node.$ref === undefined ? node : root.$defs?.[node.$ref.replace("#/$defs/", "")];
  if (target === undefined) return [];
  const parts = [...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])];
  return [target, ...parts.flatMap((part) => variants(part, root))];
}

/** One error for all problems: each on a line with its place, and the fixes as the hint. */
export function configError(problems: readonly (Problem & { readonly place: string })[]): AppError {
  const message = problems.map(({ place, text }) => `${place}: ${text}`).join("\n");
  const fixes = [...new Set(problems.flatMap(({ fix }) => fix ?? []))];
  const fallback = "`sectune config schema` prints what a recipe file may hold";
  return new AppError("config-invalid", message, {
    boundary: "config",
    hint: fixes.length === 0 ? fallback : fixes.join("\n"),
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
