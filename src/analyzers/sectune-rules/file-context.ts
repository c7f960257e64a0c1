import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import { type Aliases, fileAliases } from "./aliases.ts";
import { type ArrayDeclaration, declaredArrays } from "./array-sizes.ts";
import { namedValue, namedValueKinds } from "./assignments.ts";
import { Call } from "./calls.ts";
import { codeWithoutTexts } from "./code-text.ts";
import { type Event, scopeEvents } from "./events.ts";
import { Flow } from "./flow.ts";
import { callKinds } from "./grammar.ts";
import { scopeOf } from "./parameters.ts";
import type { Sources } from "./sources.ts";
import type { Taint } from "./taint.ts";
import type { TaintProfile } from "./taint-profile.ts";

export interface NamedValue {
  readonly node: SyntaxNode;
  readonly target: string;
  readonly value: SyntaxNode;
}

/** One file while it is looked at. Everything is made on first use: most files need little of it. */
export class FileContext {
  readonly tree: SyntaxTree;
  readonly sources: Sources;
  readonly aliases: Aliases;
  readonly #calls = new Map<SyntaxNode, Call>();
  readonly #flows = new Map<SyntaxNode, Map<string, Flow>>();
  readonly #events = new Map<SyntaxNode, readonly Event[]>();
  #allCalls: readonly Call[] | undefined;
  #arrays: ReadonlyMap<string, readonly ArrayDeclaration[]> | undefined;
  #namedValues: readonly NamedValue[] | undefined;
  #valuesByName: ReadonlyMap<string, readonly NamedValue[]> | undefined;

  constructor(tree: SyntaxTree, sources: Sources) {
    this.tree = tree;
    this.sources = sources;
    this.aliases = fileAliases(tree.language, codeWithoutTexts(tree));
  }

  get calls(): readonly Call[] {
    this.#allCalls ??= this.tree.ofKind(callKinds).map((node) => this.call(node));
    return this.#allCalls;
  }

  /** The call that a node of one of `callKinds` is. */
  call(node: SyntaxNode): Call {
    let call = this.#calls.get(node);
    if (call === undefined) {
      call = new Call(node, this.aliases);
      this.#calls.set(node, call);
    }
    return call;
  }

  /** Arrays of C by name. */
  get arrays(): ReadonlyMap<string, readonly ArrayDeclaration[]> {
    this.#arrays ??= declaredArrays(this.tree.root);
    return this.#arrays;
  }

  /** Everything that is given a value by name: assignments, pairs, named arguments, defaults. */
  get namedValues(): readonly NamedValue[] {
    this.#namedValues ??= this.tree.ofKind(namedValueKinds).flatMap((node) => {
      const named = namedValue(node);
      return named === null ? [] : [{ node, ...named }];
    });
    return this.#namedValues;
  }

  /** What reaches a value by a rule's profile and is what the rule is about, or null. */
  taintOf(value: SyntaxNode, profile: TaintProfile): Taint | null {
    const scope = scopeOf(value);
    let flows = this.#flows.get(scope);
    if (flows === undefined) {
      flows = new Map();
      this.#flows.set(scope, flows);
    }
    let flow = flows.get(profile.key);
    if (flow === undefined) {
      flow = new Flow(this.events(scope), profile, this);
      flows.set(profile.key, flow);
    }
    const taint = flow.taintOf(value);
    return taint !== null && profile.accepts(taint) ? taint : null;
  }

  events(scope: SyntaxNode): readonly Event[] {
    let events = this.#events.get(scope);
    if (events === undefined) {
      events = scopeEvents(scope, this.sources);
      this.#events.set(scope, events);
    }
    return events;
  }

  /** What a name was given, if the file gives it something exactly once and keeps it; otherwise the value itself. */
  resolve(value: SyntaxNode): SyntaxNode {
    return value.kind === "identifier" ? (this.valueOf(value.text) ?? value) : value;
  }

  /** What a name was given, if the file gives it something exactly once and keeps it. */
  valueOf(name: string): SyntaxNode | null {
    this.#valuesByName ??= Map.groupBy(this.namedValues, ({ target }) => target);
    const [only, second] = this.#valuesByName.get(name) ?? [];
    return only === undefined || second !== undefined || !keeping.has(only.node.kind) ? null : only.value;
  }
}

/** Kinds whose target holds the value itself: not those of loops, and not the arrays of C, which are places to be filled. */
const keeping = new Set([
  "assignment",
  "variable_declarator",
  "assignment_expression",
  "init_declarator",
  "short_var_declaration",
  "assignment_statement",
  "var_spec",
  "const_spec",
  "preproc_def",
]);
