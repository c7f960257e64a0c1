import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { FileContext } from "./file-context.ts";
import { callKinds, operatorOf } from "./grammar.ts";
import type { TaintProfile } from "./taint-profile.ts";
import { mentions } from "./words.ts";

/** What a condition is looked at with. */
export interface Asked {
  readonly profile: TaintProfile;
  readonly file: FileContext;
  /** What a name was last given, where that may itself be a test: `ok = name in ALLOWED`. */
  readonly given: (name: string) => SyntaxNode | undefined;
}

/**
 * Whether a value is restricted where a condition held (`outcome` true) or did not. A test that something is among others, or equal
 * to something, restricts it where that is so; one whose meaning cannot be told (a pattern, a function that checks) on both sides;
 * tests of type, length, emptiness and the like on none.
 */
export function restricts(condition: SyntaxNode, name: string, outcome: boolean, asked: Asked): boolean {
  return inside(condition, name, outcome, asked, 0);
}

function inside(node: SyntaxNode, name: string, outcome: boolean, asked: Asked, depth: number): boolean {
  if (depth > 40) return false;
  const again = (part: SyntaxNode, value = outcome) => inside(part, name, value, asked, depth + 1);
  switch (node.kind) {
    case "parenthesized_expression":
    case "condition_clause":
      return node.children.some((child) => child.kind !== "comment" && again(child));
    case "not_operator":
    case "unary_expression":
      if (/^(!|not\b)/.test(node.text))
        return node.children[0] !== undefined && again(node.children[0], !outcome);
      break;
    case "boolean_operator":
    case "binary_expression": {
      const sign = operatorOf(node);
      const [left, right] = [node.field("left"), node.field("right")];
      if (left === null || right === null) return false;
      if (/^(&&|and)$/.test(sign)) return outcome ? again(left) || again(right) : again(left) && again(right);
      if (/^(\|\||or)$/.test(sign))
        return outcome ? again(left) && again(right) : again(left) || again(right);
      break;
    }
    case "identifier": {
      const value = asked.given(node.text);
      return (
        value !== undefined &&
        value !== node &&
        mentions(value.text, name) &&
        flag(value, name, outcome, asked)
      );
    }
  }
  return single(node, name, outcome, asked);
}

/** What a variable that holds a test's result says when it is (`outcome`) or is not true. */
function flag(value: SyntaxNode, name: string, outcome: boolean, asked: Asked): boolean {
  // Go's `_, ok := table[name]`.
  if (value.kind === "expression_list" && value.children.length === 1)
    return flag(value.children[0]!, name, outcome, asked);
  if (value.kind === "index_expression") return outcome && isAllowList(value.children[0]?.text ?? "", asked);
  // Of a call its name must say so: what it is given may be called anything.
  if (callKinds.has(value.kind) && !asked.profile.guards?.test(`${asked.file.call(value).name}(`))
    return false;
  return inside(value, name, outcome, { ...asked, given: () => undefined }, 0);
}

/** `x in y`, `x == y` and their opposites. */
const membership = /^([\s\S]+?)\s+(not\s+)?in\s+([\s\S]+)$/;
const equality = /^([\s\S]+?)\s*(===?|!==?|\bis not\b|\bis\b)\s*([\s\S]+)$/;
/** Methods that tell whether their argument is among what they are called on. */
const among = /\.(includes|has|contains|containsKey|hasOwn|hasOwnProperty|__contains__)\(/;
const equals = /\.(equals|equalsIgnoreCase|equal|EqualFold)\(/;
const checks = /^!?[\w.]*?(is|has|can|in|valid|check|allow|safe|verify|ensure|match)\w*\($/i;
const denies =
  /invalid|unsafe|disallow|notallow|malicious|dangerous|illegal|forbidden|blocked|denied|suspicious/i;

/** One test, without `and`, `or` and `not`. */
function single(node: SyntaxNode, name: string, outcome: boolean, asked: Asked): boolean {
  const { guards, noGuards } = asked.profile;
  const text = withoutEmptiness(node.text);
  if (guards === null || text.length > 2_000) return false;
  if (!mentions(text, name)) return throughFlag(node, name, outcome, asked);
  if (!guards.test(text) || noGuards?.test(text)) return false;
  const [, element, not, container] = membership.exec(text) ?? [];
  if (container !== undefined && element !== undefined && !element.includes("(lambda")) {
    // `".." in name` asks about a part of it; either answer may be the good one.
    if (!mentions(element, name)) return true;
    return outcome === (not === undefined) && isAllowList(container, asked);
  }
  const [, left, sign, right] = equality.exec(text) ?? [];
  if (left !== undefined && right !== undefined && sign !== undefined) {
    if (!isPlain(left, name) && !isPlain(right, name)) return true;
    return outcome === !/!|not/.test(sign);
  }
  if (callKinds.has(node.kind)) {
    const called = asked.file.call(node);
    const { receiver } = called;
    const isObject = receiver !== null && mentions(receiver.text, name);
    if (equals.test(text)) return outcome;
    if (among.test(text)) {
      // `name.includes("..")` asks about a part of it.
      if (isObject) return true;
      return outcome && isAllowList(receiver?.text ?? "", asked);
    }
    if (called.name === "slices.Contains")
      return outcome && isAllowList(called.args[0]?.value.text ?? "", asked);
    if (!isObject && checks.test(`${called.name}(`)) return outcome !== denies.test(called.last);
  }
  return true;
}

/** `err != nil` where `err` is what a check of the value gave. */
function throughFlag(node: SyntaxNode, name: string, outcome: boolean, asked: Asked): boolean {
  const held =
    /^\(?\s*(\w+)\s*(?:===?|!==?|is not|is)\s*(?:None|null|undefined|nil|NULL|nullptr|true|false|True|False|-?\d+)\s*\)?$/.exec(
      node.text,
    )?.[1];
  const value = held === undefined ? undefined : asked.given(held);
  if (value === undefined || !mentions(value.text, name)) return false;
  const other = { ...asked, given: () => undefined };
  return flag(value, name, outcome, other) || flag(value, name, !outcome, other);
}

/** The value itself, or in other letters, not something computed from it. */
function isPlain(side: string, name: string): boolean {
  const bare = side
    .replace(/^[(!\s]+|[)\s]+$/g, "")
    .replace(/(\.(trim|strip|lower|upper|casefold|toLowerCase|toUpperCase|toString|String)\(?\)?)+$/g, "");
  return bare === name;
}

/** What a program fills itself while it runs is no list of what is allowed. */
const filled =
  /(?<![A-Za-z])(seen|visited|cache[ds]?|used|taken|existing|known_?users|users?|accounts?|sessions?|members|history|request|req|args|form|listdir|readdir\w*|rows?|records?|results?|processed|done|queue|pending|inventory|blocked|banned|denied|blacklist|blocklist|denylist)(?![a-z])/i;
const allowing = /allow|valid|permit|white|safe|support|accept|known|trusted/i;
const emptyCollection =
  /^(new\s+\w*(Set|Map|List|Deque)\w*(<[^>]*>)?\(\s*\)|(set|dict|list|defaultdict|OrderedDict|Counter|deque)\([^)]{0,40}\)|\[\s*\]|\{\s*\}|make\(.*\)|map\[[^\]]*\][\w{}]*\{\s*\}|\[\]\w+\{\s*\})$/;

function isAllowList(container: string, { file }: Asked): boolean {
  const text = container.trim();
  if (allowing.test(text)) return true;
  if (/^([[({]|new Set\(\[|(frozen)?set\([[({]|(Set|List|Map)\.of\()/.test(text))
    return !emptyCollection.test(text);
  if (filled.test(text)) return false;
  if (!/^[A-Za-z_$][\w$]*$/.test(text)) return !emptyCollection.test(text);
  const given = file.valueOf(text);
  return given === null || !emptyCollection.test(given.text.trim());
}

/** A condition's text without tests against null and emptiness, which restrict nothing. */
export function withoutEmptiness(condition: string): string {
  return condition
    .replace(/(is not|is|===?|!==?)\s*(None|null|undefined|NULL|nullptr|nil|""|''|``|0)(?!\w)/g, "")
    .replace(/(None|null|NULL|nil|""|'')\s*[!=]==?/g, "")
    .replace(/\.equals\(\s*""\s*\)/g, "");
}
