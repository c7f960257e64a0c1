import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import type { FileContext } from "../file-context.ts";
import { returnKinds } from "../grammar.ts";
import type { FileMatcher, Hit } from "./matcher.ts";

/** Returned values that point to a variable of the function, or into what it holds; both are gone when the caller looks there. */
export function returnedLocalMatcher(what: "variable" | "content"): FileMatcher {
  return {
    find: (file) => {
      const known = new Map<SyntaxNode, ReturnType<typeof localsOf>>();
      return file.tree.ofKind(returnKinds).flatMap((node): Hit[] => {
        const value = node.children[0];
        const own = value === undefined ? null : functionAround(node);
        if (own === null || value === undefined) return [];
        const result = resultOf(own);
        if (result === "value") return [];
        let locals = known.get(own);
        if (locals === undefined) {
          locals = localsOf(own);
          known.set(own, locals);
        }
        if (!pointsTo(value, result, locals, file)) return [];
        const holder = /^\(?\s*(\w+)/.exec(bare(value).text)?.[1] ?? "";
        const isContent = result !== "reference" && locals.get(holder)?.kind === "text";
        return isContent === (what === "content") ? [{ node, taint: null }] : [];
      });
    },
  };
}

interface Local {
  readonly kind: "array" | "pointer" | "reference" | "text" | "plain";
}

type Result = "pointer" | "reference" | "view" | "value";

/** The function that a statement belongs to; null inside of a lambda, whose type is not written. */
function functionAround(node: SyntaxNode): SyntaxNode | null {
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.kind === "lambda_expression") return null;
    if (at.kind === "function_definition") return at;
  }
  return null;
}

/** What kind of thing a function gives back. */
function resultOf(own: SyntaxNode): Result {
  const [declarator, type] = [own.field("declarator"), own.field("type")?.text ?? ""];
  if (declarator?.kind === "pointer_declarator" || /\*\s*$/.test(type)) return "pointer";
  if (declarator?.kind === "reference_declarator") return "reference";
  return /\b(string_view|span\s*<)/.test(type) ? "view" : "value";
}

/** Variables that live as long as a call of the function: neither static ones nor, for pointers, what they point to. */
function localsOf(own: SyntaxNode): ReadonlyMap<string, Local> {
  const found = new Map<string, Local>();
  const body = own.field("body");
  const declarations = [
    ...own.within(new Set(["parameter_declaration"])).filter(({ start }) => start < (body?.start ?? 0)),
    ...(body?.within(new Set(["declaration"])) ?? []),
  ];
  for (const declaration of declarations) {
    if (/^(static|extern|thread_local|_Thread_local|register static)\b/.test(declaration.text)) continue;
    const type = declaration.field("type")?.text ?? "";
    for (const child of declaration.children) {
      const declarator = child.kind === "init_declarator" ? child.field("declarator") : child;
      const name = declarator === null ? null : nameIn(declarator);
      if (declarator === null || name === null || declarator === declaration.field("type")) continue;
      const isParameter = declaration.kind === "parameter_declaration";
      found.set(name, { kind: kindOf(declarator.kind, type, isParameter) });
    }
  }
  return found;
}

function kindOf(declarator: string, type: string, isParameter: boolean): Local["kind"] {
  if (declarator === "array_declarator") return isParameter ? "pointer" : "array";
  if (declarator === "pointer_declarator") return "pointer";
  if (declarator === "reference_declarator") return "reference";
  return /^(const\s+)?(std::)?(string|vector\s*<.*>|array\s*<.*>|ostringstream)$/s.test(type)
    ? "text"
    : "plain";
}

function nameIn(declarator: SyntaxNode): string | null {
  for (
    let at: SyntaxNode | null = declarator;
    at !== null;
    at = at.field("declarator") ?? at.children[0] ?? null
  ) {
    if (at.kind === "identifier") return at.text;
    if (!/declarator$/.test(at.kind)) return null;
  }
  return null;
}

function pointsTo(
  value: SyntaxNode,
  result: Result,
  locals: ReadonlyMap<string, Local>,
  file: FileContext,
): boolean {
  const inner = bare(value);
  if (inner.kind === "identifier") {
    const local = locals.get(inner.text)?.kind;
    if (result === "pointer" && local === "pointer") {
      const given = file.valueOf(`${inner.text}`);
      return given !== null && given !== inner && isAddress(bare(given), locals);
    }
    if (result === "reference") return local === "plain" || local === "text" || local === "array";
    if (result === "view") return local === "array" || local === "text";
    return local === "array";
  }
  return result !== "reference" && isAddress(inner, locals);
}

/** `array`, `&variable`, `&array[0]`, `array + 1`, `text.c_str()`. */
function isAddress(value: SyntaxNode, locals: ReadonlyMap<string, Local>): boolean {
  const kind = (name: string | undefined) => (name === undefined ? undefined : locals.get(name)?.kind);
  if (value.kind === "identifier") return kind(value.text) === "array";
  if (value.kind === "binary_expression") {
    const left = value.field("left");
    return /^\w+\s*[-+]/.test(value.text) && kind(left?.text) === "array";
  }
  const [, address, element] = /^&\s*(\w+)\s*(\[[^\]]*\])?$/.exec(value.text) ?? [];
  if (address !== undefined) {
    const local = kind(address);
    return element === undefined
      ? local !== undefined && local !== "reference"
      : local === "array" || local === "text";
  }
  return kind(/^(\w+)\s*\.\s*(c_str|data)\s*\(\s*\)$/.exec(value.text)?.[1]) === "text";
}

/** Without brackets and casts. */
function bare(value: SyntaxNode): SyntaxNode {
  let at = value;
  while (true) {
    const next =
      at.kind === "cast_expression"
        ? at.field("value")
        : at.kind === "parenthesized_expression"
          ? (at.children[0] ?? null)
          : null;
    if (next === null) return at;
    at = next;
  }
}
