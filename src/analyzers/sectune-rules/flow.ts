import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { Aliases } from "./aliases.ts";
import { callArguments, calleeName, receiver } from "./calls.ts";
import type { Event } from "./events.ts";
import { expressionTaint, type Knowledge } from "./expression-taint.ts";
import { lastSegment } from "./glob.ts";
import { decorationOf } from "./parameters.ts";
import type { Sources } from "./sources.ts";
import { asBuilt, join, source, type Taint, withStep } from "./taint.ts";
import type { TaintProfile } from "./taint-profile.ts";

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
 * are taken in the order of the text; a branch's assignment adds to what was known, one outside of branches replaces it; a test
 * that restricts a variable makes it clean from there on, whichever branch it guards. Calls of unknown functions hand their
 * arguments' taint on. Not seen: loops' second round, other functions, fields set elsewhere.
 */
export class Flow {
  readonly #events: readonly Event[];
  readonly #profile: TaintProfile;
  readonly #sources: Sources;
  readonly #aliases: Aliases;
  readonly #variables = new Map<string, Taint | null>();
  #next = 0;
  #at = -1;

  constructor(events: readonly Event[], profile: TaintProfile, sources: Sources, aliases: Aliases) {
    this.#events = events;
    this.#profile = profile;
    this.#sources = sources;
    this.#aliases = aliases;
  }

  /** What reaches an expression, or null. */
  taintOf(value: SyntaxNode): Taint | null {
    // Earlier questions may have gone further: begin anew then.
    if (value.start < this.#at) {
      this.#variables.clear();
      this.#next = 0;
    }
    this.#at = value.start;
    while (this.#next < this.#events.length && this.#events[this.#next]!.at <= value.start) {
      this.#apply(this.#events[this.#next++]!);
    }
    return this.#expression(value);
  }

  #expression(node: SyntaxNode): Taint | null {
    const knowledge: Knowledge = {
      variables: this.#variables,
      profile: this.#profile,
      sources: this.#sources,
      aliases: this.#aliases,
    };
    return expressionTaint(node, knowledge);
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
        this.#test(event.node);
        break;
      case "call":
        this.#call(event);
        break;
    }
  }

  #enter({ node, parameters }: Event & { kind: "enter" }): void {
    const served = this.#sources.requestFunction.test(decorationOf(node));
    for (const { name, node: parameter } of parameters) {
      const { text } = parameter;
      if (!this.#profile.numbers && this.#sources.numbers.test(text)) this.#variables.set(name, null);
      else if (served || this.#sources.requestParameter.test(text))
        this.#variables.set(name, source("strong", parameter, "comes from the request"));
      else if (this.#sources.noData.test(name)) this.#variables.set(name, null);
      else this.#variables.set(name, source("weak", parameter, `parameter ${name}`));
    }
  }

  #assign({ assignment, nested }: Event & { kind: "assign" }): void {
    const { targets, value, adds, node } = assignment;
    const given = this.#expression(value);
    for (const target of targets) {
      const before = this.#variables.get(target) ?? null;
      const step = given === null ? null : withStep(given, { node, message: `${target} gets it` });
      if (adds) this.#variables.set(target, asBuilt(join(before, step)));
      else this.#variables.set(target, nested ? join(before, step) : step);
    }
  }

  /** A condition that names a variable and restricts it. Tests against null and emptiness restrict nothing. */
  #test(condition: SyntaxNode): void {
    const { guards } = this.#profile;
    if (guards === null || this.#variables.size === 0) return;
    const text = condition.text
      .replace(/(is not|is|===?|!==?)\s*(None|null|undefined|NULL|nullptr|nil|""|''|0)(?!\w)/g, "")
      .replace(/(None|null|NULL|nil)\s*[!=]==?/g, "");
    if (guards.test(text)) this.#clean(condition, text);
  }

  #call({ node, statement }: Event & { kind: "call" }): void {
    const name = calleeName(node, this.#aliases);
    for (const { call, args } of this.#sources.fills) {
      if (!this.#profile.input || !call.matches(name)) continue;
      for (const { index, value } of callArguments(node)) {
        if (index === undefined || !(args.includes(index) || (args.at(-1) === -1 && index >= args[0]!)))
          continue;
        this.#variables.set(
          variableOf(value),
          source(this.#profile.inputStrength, node, `${name} reads input`),
        );
      }
    }
    const last = lastSegment(name);
    if (statement && checking.test(last) && this.#profile.guards !== null) this.#clean(node, node.text);
    const holder = storing.has(last) ? receiver(node) : null;
    if (holder === null) return;
    for (const { value } of callArguments(node)) {
      const added = asBuilt(this.#expression(value));
      if (added !== null)
        this.#variables.set(holder.text, join(this.#variables.get(holder.text) ?? null, added));
    }
  }

  #clean(node: SyntaxNode, text: string): void {
    if (node.text.length > 2_000) return;
    for (const [name, taint] of this.#variables) {
      if (
        taint !== null &&
        text.includes(name) &&
        new RegExp(`(?<![\\w.])${RegExp.escape(name)}(?!\\w)`).test(text)
      )
        this.#variables.set(name, null);
    }
  }
}

/** `&buffer[0]`, `*p` and `buffer` are one variable. */
function variableOf(value: SyntaxNode): string {
  return value.text.replace(/^[&*(\s]+/, "").replace(/\[.*$/s, "");
}
