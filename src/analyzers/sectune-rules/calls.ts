import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { Aliases } from "./aliases.ts";
import { type CalledName, lastSegment } from "./glob.ts";

export interface Argument {
  /** Keyword, or key of an object literal among the arguments (JavaScript's options). */
  readonly name?: string;
  /** Position; undefined for named ones. */
  readonly index?: number;
  readonly value: SyntaxNode;
}

/** A call. What is asked about it is worked out once: many rules ask the same. */
export class Call implements CalledName {
  readonly node: SyntaxNode;
  readonly name: string;
  readonly last: string;
  #args: readonly Argument[] | undefined;
  #receiver: SyntaxNode | null | undefined;

  constructor(node: SyntaxNode, aliases: Aliases) {
    this.node = node;
    this.name = calleeName(node, aliases);
    this.last = lastSegment(this.name);
  }

  /** Arguments with positions and names. Object literals among them also give their pairs as named arguments. */
  get args(): readonly Argument[] {
    this.#args ??= callArguments(this.node);
    return this.#args;
  }

  /** What a method is called on, or null for a plain function. */
  get receiver(): SyntaxNode | null {
    if (this.#receiver === undefined) this.#receiver = receiver(this.node);
    return this.#receiver;
  }
}

/**
 * The name of what a call calls, in one spelling for all languages: no spaces, arguments of inner calls left out
 * (`db.cursor().execute`), `->` and `?.` as `.`, no `std::`, no Java package, constructors as `new Name`, imports resolved by `aliases`.
 */
function calleeName(call: SyntaxNode, aliases: Aliases): string {
  switch (call.kind) {
    case "method_invocation": {
      const [object, name] = [call.field("object"), call.field("name")];
      return unqualified(plain(object === null ? (name?.text ?? "") : `${object.text}.${name?.text}`));
    }
    case "object_creation_expression":
      return `new ${unqualified(plain(call.field("type")?.text ?? ""))}`;
    case "new_expression":
      return `new ${plain((call.field("constructor") ?? call.field("type"))?.text ?? "")}`;
    case "delete_expression":
      return "delete";
    default:
      return aliases.resolve(plain(call.field("function")?.text ?? ""));
  }
}

function callArguments(call: SyntaxNode): Argument[] {
  if (call.kind === "delete_expression") {
    return call.children.slice(0, 1).map((value) => ({ index: 0, value }));
  }
  const list = call.field("arguments");
  // Python's `f(x for x in xs)`: the comprehension stands where the list of arguments does.
  if (list?.kind === "generator_expression") return [{ index: 0, value: list }];
  const found: Argument[] = [];
  let index = 0;
  for (const child of list?.children ?? []) {
    if (child.kind === "comment") continue;
    const [name, value] = [child.field("name"), child.field("value")];
    if (child.kind === "keyword_argument" && name !== null && value !== null) {
      found.push({ name: name.text, value });
      continue;
    }
    found.push({ index: index++, value: child });
    if (child.kind === "object") found.push(...pairs(child));
  }
  return found;
}

function receiver(call: SyntaxNode): SyntaxNode | null {
  const object = call.field("object");
  if (object !== null) return object;
  const callee = call.field("function");
  return callee?.field("object") ?? callee?.field("argument") ?? callee?.field("operand") ?? null;
}

function pairs(object: SyntaxNode): Argument[] {
  return object.children.flatMap((pair) => {
    const [key, value] = [pair.field("key"), pair.field("value")];
    if (key === null || value === null) return [];
    return [{ name: key.text.replace(/^["']|["']$/g, ""), value }];
  });
}

/** Java's classes without the package that may be written in front of them. */
function unqualified(name: string): string {
  return name.replace(/^(?:java|javax|jakarta|sun|com|org|net|io)\.(?:[a-z_]\w*\.)*(?=[A-Z])/, "");
}

function plain(text: string): string {
  if (/^[\w.]*$/.test(text)) return text;
  let name = text.replace(/^require\(\s*["'](?:node:)?([^"']+)["']\s*\)/, "$1");
  if (/[([]/.test(name)) name = withoutInsides(name);
  if (name.includes("<")) name = name.replace(/<[^<>]*>/g, "").replace(/<[^<>]*>/g, "");
  return name
    .replace(/\s+/g, "")
    .replace(/->|\?\.|!\./g, ".")
    .replace(/^(::)?(std::)?/, "");
}

/** `a(b, c(d)).e[f]` → `a().e[]`. */
function withoutInsides(text: string): string {
  let depth = 0;
  let kept = "";
  for (const character of text) {
    if (character === ")" || character === "]") depth--;
    if (depth <= 0) kept += character;
    if (character === "(" || character === "[") depth++;
  }
  return kept;
}
