import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import { type Aliases, fileAliases } from "./aliases.ts";
import { assignmentKinds, assignmentOf } from "./assignments.ts";
import { calleeName } from "./calls.ts";
import { type Event, scopeEvents } from "./events.ts";
import { Flow } from "./flow.ts";
import { callKinds } from "./grammar.ts";
import { scopeOf } from "./parameters.ts";
import type { Sources } from "./sources.ts";
import type { Taint } from "./taint.ts";
import type { TaintProfile } from "./taint-profile.ts";

export interface NamedCall {
  readonly node: SyntaxNode;
  readonly name: string;
}

/** One file while it is looked at. Everything is made on first use: most files need little of it. */
export class FileContext {
  readonly tree: SyntaxTree;
  readonly sources: Sources;
  readonly aliases: Aliases;
  readonly #flows = new Map<SyntaxNode, Map<string, Flow>>();
  readonly #events = new Map<SyntaxNode, readonly Event[]>();
  #calls: readonly NamedCall[] | undefined;
  #constants: ReadonlyMap<string, SyntaxNode | null> | undefined;

  constructor(tree: SyntaxTree, sources: Sources) {
    this.tree = tree;
    this.sources = sources;
    this.aliases = fileAliases(tree.language, tree.text);
  }

  get calls(): readonly NamedCall[] {
    this.#calls ??= this.tree
      .ofKind(...callKinds)
      .map((node) => ({ node, name: calleeName(node, this.aliases) }));
    return this.#calls;
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
      flow = new Flow(this.events(scope), profile, this.sources, this.aliases);
      flows.set(profile.key, flow);
    }
    const taint = flow.taintOf(value);
    return taint !== null && profile.accepts(taint) ? taint : null;
  }

  events(scope: SyntaxNode): readonly Event[] {
    let events = this.#events.get(scope);
    if (events === undefined) {
      events = scopeEvents(scope);
      this.#events.set(scope, events);
    }
    return events;
  }

  /** What a name was given, if the file gives it something exactly once; otherwise the value itself. */
  resolve(value: SyntaxNode): SyntaxNode {
    if (value.kind !== "identifier") return value;
    this.#constants ??= this.#findConstants();
    return this.#constants.get(value.text) ?? value;
  }

  #findConstants(): ReadonlyMap<string, SyntaxNode | null> {
    const found = new Map<string, SyntaxNode | null>();
    for (const node of this.tree.ofKind(...assignmentKinds)) {
      const assignment = assignmentOf(node);
      for (const target of assignment?.targets ?? []) {
        // A C array is a place that its first value does not stay in.
        const isPlace = node.field("declarator")?.kind === "array_declarator";
        const value =
          assignment!.adds || isPlace || assignment!.targets.length > 1 ? null : assignment!.value;
        found.set(target, found.has(target) ? null : value);
      }
    }
    return found;
  }
}
