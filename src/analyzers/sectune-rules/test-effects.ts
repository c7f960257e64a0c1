import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { assigns, leaves } from "./branches.ts";
import type { Event } from "./events.ts";
import { expressionTaint } from "./expression-taint.ts";
import { callKinds, roleOf, stringKinds } from "./grammar.ts";
import { type Asked, restricts } from "./restrictions.ts";
import type { Taint } from "./taint.ts";
import type { Variables } from "./variables.ts";

/** What tests of conditions make of variables: clean where the test restricts them, and what they were where it does not. */
export class TestEffects {
  readonly #asked: Asked;
  readonly #variables: Variables;
  readonly #set: (name: string, taint: Taint | null) => void;
  /** What is to happen where a test's branches end. */
  readonly #pending = new Map<Event, { readonly last: boolean; readonly run: () => void }[]>();

  constructor(asked: Asked, variables: Variables, set: (name: string, taint: Taint | null) => void) {
    this.#asked = asked;
    this.#variables = variables;
    this.#set = set;
  }

  /** A condition was tested. */
  begin(test: Event & { kind: "test" }): void {
    const { guards } = this.#asked.profile;
    const { node, restriction } = test;
    if (guards === null || node.end - node.start > 2_000) return;
    const meant = this.#meant(node);
    if (!guards.test(restriction) && !meant.some(({ text }) => guards.test(text))) return;
    for (const [name, taint] of this.#tainted([node, ...meant])) this.#restrict(test, name, taint);
  }

  /** One of the branches that a test decides has ended. */
  end({ test, last: wanted }: Event & { kind: "branch" }): void {
    for (const { last, run } of this.#pending.get(test) ?? []) if (last === wanted) run();
  }

  /** What stands behind the names in a condition that hold what a test gave: `ok`, `err`, `allowed`. */
  #meant(node: SyntaxNode): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    for (const word of node.text.match(/[A-Za-z_$][\w$]*/g) ?? []) {
      const value = this.#asked.given(word);
      if (value !== undefined && value.end - value.start < 400) found.push(value);
    }
    return found;
  }

  /** Names and members in expressions that hold what an attacker controls. */
  #tainted(expressions: readonly SyntaxNode[]): Map<string, Taint> {
    const found = new Map<string, Taint>();
    // What nothing is known of, no test makes known.
    const profile = { ...this.#asked.profile, unknown: false };
    const known = { ...this.#asked, variables: this.#variables, profile };
    const seen = (node: SyntaxNode) => {
      const taint = expressionTaint(node, known);
      if (taint !== null) found.set(node.text, taint);
      return taint !== null;
    };
    for (const expression of expressions) {
      for (const node of expression.walk((inner) => !isPart(inner))) {
        if (roleOf(node.kind) === "name") seen(node);
        else if (isPart(node) && seen(node) && derived.test(node.children.at(-1)!.text))
          seen(node.children[0]!);
      }
    }
    return found;
  }

  #restrict(test: Event & { kind: "test" }, name: string, taint: Taint): void {
    const { node, branches } = test;
    const whenTrue = restricts(node, name, true, this.#asked);
    const whenFalse = restricts(node, name, false, this.#asked);
    if (!whenTrue && !whenFalse) return;
    const { consequence, alternative, after } = branches;
    const names = [name, ...this.#origins(name)];
    const clean = () => {
      const restoring = names.map((one) => this.#clean(one, one === name ? taint : null));
      return () => {
        for (const restore of restoring) restore();
      };
    };
    if ((whenTrue && whenFalse) || (whenTrue && after === true)) {
      clean();
    } else if (whenTrue) {
      if (consequence === null) return;
      const restore = clean();
      if (!isRepaired(alternative, name)) this.#later(test, false, restore);
    } else if (after === false || isRepaired(consequence, name)) {
      this.#later(test, false, clean);
    } else if (alternative !== null) {
      this.#later(test, false, () => this.#later(test, true, clean()));
    }
  }

  #later(test: Event, last: boolean, run: () => void): void {
    const known = this.#pending.get(test);
    if (known === undefined) this.#pending.set(test, [{ last, run }]);
    else known.push({ last, run });
  }

  /** Makes a name clean. Gives back what undoes that, where nothing else has changed it since. */
  #clean(name: string, otherwise: Taint | null): () => void {
    const before = this.#variables.get(name) ?? otherwise;
    this.#set(name, null);
    const step = this.#variables.changedAt(name);
    return () => {
      if (this.#variables.changedAt(name) === step) this.#set(name, before);
    };
  }

  /** What a name's value was taken from by reading it another way: of `parts = urlparse(url)` a test restricts both. */
  #origins(name: string): string[] {
    const found: string[] = [];
    let value = this.#asked.given(/^[\w$]+/.exec(name)?.[0] ?? "");
    for (let steps = 0; value !== undefined && steps < 3; steps++) {
      const call =
        value.kind === "expression_list" && value.children.length === 1 ? value.children[0]! : value;
      if (call.end - call.start > 400 || !reading.test(call.text.slice(0, 60))) break;
      const names: string[] = [...this.#tainted([call]).keys()].filter((one) => one !== name);
      found.push(...names);
      value = names[0] === undefined ? undefined : this.#asked.given(names[0]);
    }
    return found;
  }
}

/** Parts of a value that say what all of it is: whoever tests a host has tested the address. */
const derived =
  /^(hostname|host|netloc|origin|pathname|suffix|port|Host|Hostname|scheme|protocol|length|size)$/;
/** Functions that give the same value in another form. */
const reading =
  /(URL|Url|url\w*|URI|parse\w*|Parse\w*|split\w*|Path|realpath|resolve|abspath|normpath|normalize|canonical\w*|Clean|Abs|String|str|lower|upper|strip|trim|toLowerCase|toUpperCase|gethostbyname|getaddrinfo|lookup|Lookup\w*|getByName|getHost\w*|Hostname)\(/;

/** A part of a variable, which says nothing of its other parts: not what a method is called on. */
function isPart(node: SyntaxNode): boolean {
  const role = roleOf(node.kind);
  const [object, key] = node.children;
  if (role !== "member" && !(role === "index" && key !== undefined && stringKinds.has(key.kind)))
    return false;
  if (object === undefined || callKinds.has(object.kind)) return false;
  return node.parent?.field("function")?.start !== node.start;
}

/** Whether a branch does not go on with the name as it is: it leaves, or gives it another value. */
function isRepaired(branch: SyntaxNode | null, name: string): boolean {
  if (branch === null || branch.kind === "elif_clause") return false;
  return leaves(branch) || assigns(branch, name);
}
