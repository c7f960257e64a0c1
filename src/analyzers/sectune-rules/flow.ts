import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { Call } from "./calls.ts";
import type { Event } from "./events.ts";
import { expressionTaint } from "./expression-taint.ts";
import type { FileContext } from "./file-context.ts";
import { callKinds } from "./grammar.ts";
import type { Asked } from "./restrictions.ts";
import type { Fill } from "./sources.ts";
import { asBuilt, join, source, type Taint, withStep } from "./taint.ts";
import type { TaintProfile } from "./taint-profile.ts";
import { TestEffects } from "./test-effects.ts";
import { type Held, Variables } from "./variables.ts";
import { mentions } from "./words.ts";

/** Methods that put their argument into what they are called on. */
const storing = new Set([
  "append",
  "push",
  "add",
  "extend",
  "insert",
  "put",
  "write",
  "WriteString",
  "update",
  "concat",
  "push_back",
]);
const checking = /valid|check|ensure|assert|verify|require|guard|sanit/i;

/**
 * Follows data through one scope, from its beginning to a node: which variables hold what an attacker controls there. Statements
 * are taken in the order of the text, each once; a branch's assignment adds to what was known, one outside of branches replaces it;
 * a test that restricts a variable makes it clean where that holds (`TestEffects`). Calls of unknown functions hand their
 * arguments' taint on. Not seen: loops' second round, other functions, fields set elsewhere.
 */
export class Flow {
  readonly #events: readonly Event[];
  readonly #profile: TaintProfile;
  readonly #file: FileContext;
  readonly #variables = new Variables();
  /** What names were last given. */
  readonly #given = new Map<string, SyntaxNode>();
  readonly #asked: Asked;
  readonly #tests: TestEffects;
  /** Events that have taken effect. */
  #done = 0;

  constructor(events: readonly Event[], profile: TaintProfile, file: FileContext) {
    this.#events = events;
    this.#profile = profile;
    this.#file = file;
    this.#asked = { profile, file, given: (name) => this.#given.get(name) };
    this.#tests = new TestEffects(this.#asked, this.#variables, (name, taint) => this.#set(name, taint));
  }

  /** What reaches an expression, or null. */
  taintOf(value: SyntaxNode): Taint | null {
    const before = this.#eventsUpTo(value.start);
    for (; this.#done < before; this.#done++) this.#apply(this.#events[this.#done]!);
    return this.#expression(value, this.#variables.before(before));
  }

  /** How many events take effect up to an offset. */
  #eventsUpTo(offset: number): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.at <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #expression(node: SyntaxNode, variables: Held = this.#variables): Taint | null {
    return expressionTaint(node, { variables, ...this.#asked });
  }

  #set(name: string, taint: Taint | null): void {
    this.#variables.set(name, this.#done, taint);
  }

  #apply(event: Event): void {
    switch (event.kind) {
      case "enter":
        this.#enter(event);
        break;
      case "assign":
        this.#assign(event);
        break;
      case "test":
        // What bounds a number is told by rules themselves.
        if (!this.#profile.numbers) this.#tests.begin(event);
        else if (this.#profile.guards?.test(event.restriction)) this.#clean(event.node, event.restriction);
        break;
      case "branch":
        this.#tests.end(event);
        break;
      case "call":
        this.#call(event);
        break;
      case "extract":
        this.#extract(event);
        break;
    }
  }

  #enter({ parameters }: Event & { kind: "enter" }): void {
    for (const { name, node, isNumber, origin } of parameters) {
      if (!this.#profile.numbers && isNumber) this.#set(name, null);
      else if (origin === "request") this.#set(name, source("strong", node, "comes from the request"));
      else if (origin === "none") this.#set(name, null);
      else this.#set(name, source("weak", node, `parameter ${name}`));
    }
  }

  #assign({ assignment, nested }: Event & { kind: "assign" }): void {
    const { targets, value, adds, node } = assignment;
    const whole = this.#expression(value);
    for (const target of targets) {
      const given = isTakenApart(node) ? join(whole, this.#memberOf(value, target)) : whole;
      this.#given.set(target, value);
      // Of `value, err := f(x)` only the first is data.
      if (targets.length > 1 && outcomeName.test(target)) {
        this.#set(target, null);
        continue;
      }
      const before = this.#variables.get(target) ?? null;
      const step = given === null ? null : withStep(given, { node, message: `${target} gets it` });
      if (adds) this.#set(target, asBuilt(join(before, step)));
      else this.#set(target, nested ? join(before, step) : step);
    }
  }

  /** What a value has under a name, where only that is a source: of `const { query } = req` it is `req.query`. */
  #memberOf(value: SyntaxNode, name: string): Taint | null {
    const text = `${value.text}.${name}`;
    const isSource =
      this.#profile.request && text.length <= 200 && this.#file.sources.request.named(text, value.tree.text);
    return isSource ? source("strong", value, `${text} comes from the request`) : null;
  }

  #call({ node, statement }: Event & { kind: "call" }): void {
    const call = this.#file.call(node);
    const { sources } = this.#file;
    if (sources.filling.matches(call)) {
      for (const fill of sources.fills) if (fill.call.matches(call)) this.#fill(call, fill);
    }
    if (statement && checking.test(call.last) && this.#profile.guards !== null) this.#clean(node, node.text);
    const holder = storing.has(call.last) ? this.#holder(call) : null;
    if (holder === null) return;
    for (const { value } of call.args) {
      const added = asBuilt(this.#expression(value));
      if (added !== null) this.#set(holder.text, join(this.#variables.get(holder.text) ?? null, added));
    }
  }

  /** What a call stores into: of `a.append(x).append(y)` both store into `a`. */
  #holder({ receiver }: Call): SyntaxNode | null {
    let at = receiver;
    while (at !== null && callKinds.has(at.kind)) {
      const inner = this.#file.call(at);
      if (!storing.has(inner.last)) return null;
      at = inner.receiver;
    }
    return at;
  }

  /** A call that puts something into its arguments. A last position of -1 means all behind the first. */
  #fill(call: Call, { args: positions, from }: Fill): void {
    const taint = this.#filledWith(call, from);
    if (taint === null) return;
    for (const { index, value } of call.args) {
      if (index === undefined) continue;
      if (positions.includes(index) || (positions.at(-1) === -1 && index >= positions[0]!))
        this.#set(variableOf(value), taint);
    }
  }

  #filledWith({ node, name, args, receiver }: Call, from: Fill["from"]): Taint | null {
    const { request, input, inputStrength } = this.#profile;
    if (from === "request") return request ? source("strong", node, `${name} reads the request`) : null;
    if (from === "input") return input ? source(inputStrength, node, `${name} reads input`) : null;
    const given = from === "receiver" ? receiver : args.find(({ index }) => index === from)?.value;
    const taint = given == null ? null : this.#expression(given);
    return taint === null ? null : withStep(taint, { node, message: `${name} reads it` });
  }

  /** `std::cin >> a`: a number is no text. */
  #extract({ node, target, isNumber }: Event & { kind: "extract" }): void {
    const { input, inputStrength, numbers } = this.#profile;
    if (!input || (isNumber && !numbers)) return;
    this.#set(variableOf(target), source(inputStrength, node, `${target.text} is read from input`));
  }

  /** What a condition or check names is clean from here on. */
  #clean(node: SyntaxNode, text: string): void {
    if (node.end - node.start > 2_000) return;
    for (const name of this.#variables.names()) {
      if (this.#variables.get(name) !== null && mentions(text, name)) this.#set(name, null);
    }
  }
}

/** `const { a, b } = value`. */
function isTakenApart(node: SyntaxNode): boolean {
  return node.field("name")?.kind === "object_pattern";
}

/** What tells whether a call worked. */
const outcomeName = /^(err|error|ok|_)$|Err$/;

/** `&buffer[0]`, `*p` and `buffer` are one variable. */
function variableOf(value: SyntaxNode): string {
  return value.text.replace(/^[&*(\s]+/, "").replace(/\[.*$/s, "");
}
