import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { assignmentOf } from "./assignments.ts";
import type { Call } from "./calls.ts";
import { isFormat, isNumericInterpolation, numericPlaces } from "./format-conversions.ts";
import { operatorOf, roleOf } from "./grammar.ts";
import { type Asked, restricts } from "./restrictions.ts";
import { asBuilt, join, source, type Taint } from "./taint.ts";
import { type Held, inFrontOf } from "./variables.ts";

/** What is known where an expression stands. */
export interface Knowledge extends Asked {
  readonly variables: Held;
}

/** Text and placeholders of a string that can hold text, without its quotes. */
function isPart(node: SyntaxNode): boolean {
  return !/_(start|end)$/.test(node.kind) && !isNumericInterpolation(node);
}

/** What an attacker controls of an expression's value, or null. Recursion is as deep as the expression. */
export function expressionTaint(node: SyntaxNode, known: Knowledge): Taint | null {
  switch (roleOf(node.kind)) {
    case "name":
      return name(node, known);
    case "member":
      return member(node, known);
    case "index":
      return index(node, known);
    case "call":
      return call(node, known);
    case "operator":
      return operator(node, known);
    case "template":
      return chained(node.children.filter(isPart).map((part) => expressionTaint(part, known)));
    case "choice":
      return choice(node, known);
    case "comprehension":
      return comprehension(node, known);
    case "none":
      return null;
    case "inside":
      return inside(node, known);
  }
}

function name(node: SyntaxNode, known: Knowledge): Taint | null {
  const held = known.variables.get(node.text);
  return held ?? named(node, known) ?? (held === undefined ? unknown(node, known) : null);
}

const constant = /^([A-Z][A-Z0-9_]*|__\w+__|None|True|False|null|undefined|nil|NULL|nullptr)$/;

/** What a rule that asks for it makes of a name that the scope says nothing about. */
function unknown(node: SyntaxNode, { profile, file }: Knowledge): Taint | null {
  if (!profile.unknown || constant.test(node.text) || file.aliases.isImported(node.text)) return null;
  return source("weak", node, `${node.text} comes from elsewhere`);
}

function inside(node: SyntaxNode, known: Knowledge): Taint | null {
  return node.children.reduce<Taint | null>(
    (found, child) => join(found, expressionTaint(child, known)),
    null,
  );
}

function first(node: SyntaxNode, known: Knowledge): Taint | null {
  return node.children[0] === undefined ? null : expressionTaint(node.children[0], known);
}

/** A name that stands for a source by itself: `sys.argv`, `req.body`. */
function named(node: SyntaxNode, { profile, file: { sources } }: Knowledge): Taint | null {
  const { text } = node;
  if (text.length > 200) return null;
  if (profile.request && sources.request.named(text, node.tree.text))
    return source("strong", node, `${text} comes from the request`);
  if (profile.input && sources.input.named(text, node.tree.text))
    return source(profile.inputStrength, node, `${text} is input`);
  return null;
}

/** `x[y]`: a source, what was put there, or a part of x. */
function index(node: SyntaxNode, known: Knowledge): Taint | null {
  const own = known.variables.get(node.text);
  return own !== undefined ? own : (named(node, known) ?? first(node, known));
}

/** `x.y`: a source, what was put there, or a part of x. */
function member(node: SyntaxNode, known: Knowledge): Taint | null {
  const own = known.variables.get(node.text);
  if (own !== undefined) return own;
  // What a thing is called in the code (`value.__name__`) nobody outside chose.
  if (dunder.test(node.children.at(-1)?.text ?? "")) return null;
  return named(node, known) ?? first(node, known) ?? field(node, known);
}

const dunder = /^__(name|qualname|module|class|doc|file)__$/;

/** A field of something that is no data itself: `self.x`, `settings.x`. It holds what others put there. */
function field(node: SyntaxNode, known: Knowledge): Taint | null {
  const [object, last] = [node.children[0], node.children.at(-1)];
  if (object === undefined || last === undefined || constant.test(last.text)) return null;
  return object.text === "this" || known.file.sources.noData.test(object.text) ? unknown(node, known) : null;
}

function call(node: SyntaxNode, known: Knowledge): Taint | null {
  const { profile, file } = known;
  const { sources } = file;
  const called = file.call(node);
  if (profile.sanitizers.matches(called) || sources.cleaners.matches(called)) return null;
  if (profile.request && sources.request.calls.matches(called))
    return source("strong", node, `${called.name} reads the request`);
  if (profile.input && sources.input.calls.matches(called))
    return source(profile.inputStrength, node, `${called.name} reads input`);
  if (sources.cleaningWords.test(called.last)) return null;
  const object = called.receiver;
  const given = textual(handedOn(called)).map((value) => expressionTaint(value, known));
  const all = [object === null ? null : expressionTaint(object, known), ...given].reduce(join, null);
  if (!sources.builders.matches(called)) return all;
  // `join(base, name)`: a caller's whole path in front is no injection, a part behind it is.
  return joins.test(called.name) ? chained(given) : asBuilt(all);
}

/** What a call's result may hold: of a look-up (`table.get(key, default)`) not the key. */
function handedOn({ args, last, receiver }: Call): readonly SyntaxNode[] {
  const values = args.map(({ value }) => value);
  const isLookUp =
    lookUps.has(last) && receiver !== null && values.length <= 2 && !asking.test(receiver.text);
  return isLookUp ? values.slice(1) : values;
}

const lookUps = new Set(["get", "getOrDefault"]);
/** What asks others: their answer to a name from outside is from outside too. */
const asking =
  /requests?$|https?\w*$|client|session|axios|api|got|agent|url|web|fetch|redis|cache|store|db|conn|repo|dao/i;

/** Calls that make one path of their arguments. */
const joins = /(^|path\.(posix\.|win32\.)?)(join|resolve)$|^(Paths\.get|Path\.of|new File)$/i;

/** Parts of a larger string in their order: it is built when something stands before what an attacker controls. */
function chained(parts: readonly (Taint | null)[]): Taint | null {
  return parts.reduce<Taint | null>(
    (found, part, index) => join(found, index === 0 ? part : asBuilt(part)),
    null,
  );
}

/** Arguments without those that a format among them writes as numbers. */
function textual(values: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const format = values.findIndex(isFormat);
  const places = values[format] === undefined ? [] : numericPlaces(values[format].text);
  return places.includes(true) ? values.filter((_, index) => !places[index - format - 1]) : values;
}

/** Python's `format % values`. */
function formatted({ children }: SyntaxNode, known: Knowledge): Taint | null {
  const [format, values] = [children[0], children.at(-1)];
  if (format === undefined || values === undefined) return null;
  const parts = values.kind === "tuple" ? values.children : [values];
  return chained(textual([format, ...parts]).map((part) => expressionTaint(part, known)));
}

/** `/` joins Python's paths. */
const joining = new Set(["+", "/", "<<"]);
const choosing = new Set(["||", "&&", "??"]);
const counting = new Set(["-", "*", "//", "**", "&", "|", "^", ">>"]);

function operator(node: SyntaxNode, known: Knowledge): Taint | null {
  const sign = operatorOf(node);
  if (sign === "%") return formatted(node, known);
  if (joining.has(sign)) return chained(node.children.map((part) => expressionTaint(part, known)));
  if (choosing.has(sign)) return inside(node, known);
  // Comparisons give truth values; arithmetic gives numbers, which only some rules follow.
  if (counting.has(sign) && known.profile.numbers) return asBuilt(inside(node, known));
  return null;
}

/** `f(x) for x in xs` holds what its first part gives, with x holding what xs holds. */
function comprehension(node: SyntaxNode, known: Knowledge): Taint | null {
  const [element, ...clauses] = node.children;
  const own = new Map<string, Taint | null>();
  const inside = { ...known, variables: inFrontOf(known.variables, own) };
  for (const clause of clauses) {
    const assignment = assignmentOf(clause);
    if (assignment === null) continue;
    const held = expressionTaint(assignment.value, inside);
    for (const target of assignment.targets) own.set(target, held);
  }
  return element === undefined ? null : expressionTaint(element, inside);
}

/** Either side of a conditional expression, not what it tests. */
function choice(node: SyntaxNode, known: Knowledge): Taint | null {
  const condition =
    node.field("condition") ?? (node.kind === "conditional_expression" ? node.children[1] : undefined);
  const sides = node.children.filter((child) => child !== condition && child.kind !== "comment");
  return sides.reduce<Taint | null>(
    (found, side, index) => join(found, expressionTaint(side, where(condition, index === 0, known))),
    null,
  );
}

/** What is known on one side of a conditional expression. */
function where(condition: SyntaxNode | undefined, outcome: boolean, known: Knowledge): Knowledge {
  const { variables, profile } = known;
  if (condition === undefined || profile.numbers || !profile.guards?.test(condition.text)) return known;
  const get = (name: string) => {
    const held = variables.get(name);
    return held !== undefined && held !== null && restricts(condition, name, outcome, known) ? null : held;
  };
  return { ...known, variables: { get } };
}
