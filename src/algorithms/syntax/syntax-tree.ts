import { createRequire } from "node:module";
import { kind, type NapiConfig, parse, registerDynamicLanguage, type SgNode } from "@ast-grep/napi";
import { SyntaxNode } from "./syntax-node.ts";

/** Languages that there is a tree-sitter grammar for, and the name ast-grep knows it by. */
const grammars: Readonly<Record<string, string>> = {
  python: "python",
  javascript: "JavaScript",
  typescript: "TypeScript",
  tsx: "Tsx",
  c: "c",
  cpp: "cpp",
  java: "java",
  go: "go",
};
export const parsedLanguages: readonly string[] = Object.keys(grammars);

/** Deeper brackets than any program has; without a bound a line of 100,000 parentheses costs hundreds of megabytes. */
const maxNesting = 2_000;
/** ast-grep's id of ERROR nodes (tree-sitter's `(TSSymbol)-1`). */
const errorKind = 65_535;
let registered = false;

/** Where and why a text does not parse. */
export interface SyntaxProblem {
  /** UTF-16 offset. */
  readonly offset: number;
  readonly message: string;
}

/** A parsed text. Offsets are UTF-16 units of it. The tree is read lazily: a node that nobody asks for costs nothing. */
export class SyntaxTree {
  readonly language: string;
  readonly text: string;
  readonly #root: SgNode;
  readonly #nodes = new Map<number, SyntaxNode>();
  readonly #found = new Map<string, SyntaxNode[]>();

  /** Parses with tree-sitter. Throws RangeError for a language without a grammar or brackets nested too deep. */
  constructor(language: string, text: string) {
    const grammar = grammars[language];
    if (grammar === undefined) throw new RangeError(`there is no grammar for ${language}`);
    register();
    if (nesting(text) > maxNesting) throw new RangeError(`brackets are nested more than ${maxNesting} deep`);
    this.language = language;
    this.text = text;
    this.#root = parse(grammar, text).root();
  }

  get root(): SyntaxNode {
    return this.node(this.#root);
  }

  /** All nodes of these kinds in document order. Kinds that the grammar does not have are ignored. */
  ofKind(...kinds: readonly string[]): readonly SyntaxNode[] {
    const key = kinds.join(" ");
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#sweep(kinds.filter((name) => kindId(this.language, name) !== undefined));
      this.#found.set(key, found);
    }
    return found;
  }

  /** Nodes that match an ast-grep rule object (`{kind, has, inside, regex, pattern, …}`), in document order. */
  matching(rule: object): readonly SyntaxNode[] {
    return this.#root.findAll({ rule } as NapiConfig).map((sg) => this.node(sg));
  }

  /** One traversal for all kinds: each of its own costs about as much as parsing a few lines. */
  #sweep(kinds: readonly string[]): SyntaxNode[] {
    const [first] = kinds;
    if (first === undefined) return [];
    const matcher =
      kinds.length === 1 ? kindId(this.language, first)! : { rule: { any: kinds.map((kind) => ({ kind })) } };
    return this.#root.findAll(matcher as NapiConfig).map((sg) => this.node(sg));
  }

  /**
   * The first place where the text is no program to tree-sitter (an ERROR or missing token), or undefined. tree-sitter is
   * permissive: silence proves nothing, least of all in Go and Java; and macros make it complain about valid C.
   */
  problem(): SyntaxProblem | undefined {
    const error = this.#root.find(errorKind);
    if (error !== null) return { offset: error.range().start.index, message: "syntax error" };
    const missing = this.text.trim() === "" ? null : this.#root.find({ rule: { regex: "^$" } } as NapiConfig);
    if (missing === null) return undefined;
    return { offset: missing.range().start.index, message: `something is missing here (${missing.kind()})` };
  }

  /** The one SyntaxNode of a parser's node. */
  node(sg: SgNode): SyntaxNode {
    const id = sg.id();
    let node = this.#nodes.get(id);
    if (node === undefined) {
      node = new SyntaxNode(this, sg);
      this.#nodes.set(id, node);
    }
    return node;
  }
}

const kindIds = new Map<string, number | undefined>();

function kindId(language: string, name: string): number | undefined {
  const key = `${language} ${name}`;
  if (!kindIds.has(key)) kindIds.set(key, lookUp(language, name));
  return kindIds.get(key);
}

/** ast-grep throws for a kind that the grammar does not have. */
function lookUp(language: string, name: string): number | undefined {
  try {
    return kind(grammars[language]!, name) || undefined;
  } catch {
    return undefined;
  }
}

/** Once per thread. The packages are CommonJS and export a getter that looks for the machine's prebuilt parser. */
function register(): void {
  if (registered) return;
  const require = createRequire(import.meta.url);
  registerDynamicLanguage({
    python: require("@ast-grep/lang-python"),
    c: require("@ast-grep/lang-c"),
    cpp: require("@ast-grep/lang-cpp"),
    java: require("@ast-grep/lang-java"),
    go: require("@ast-grep/lang-go"),
  });
  registered = true;
}

/** How deep brackets of all kinds nest, comments and strings included: an upper bound is all that is needed. */
function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 40 || unit === 91 || unit === 123) deepest = Math.max(deepest, ++depth);
    else if ((unit === 41 || unit === 93 || unit === 125) && depth > 0) depth--;
  }
  return deepest;
}
