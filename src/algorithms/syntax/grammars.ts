import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Language, Parser } from "web-tree-sitter";

const require = createRequire(import.meta.url);
const most = dirname(require.resolve("@vscode/tree-sitter-wasm"));
/** Where each language's tree-sitter grammar lies: WebAssembly, the same file on every machine. */
const grammarFiles: ReadonlyMap<string, string> = new Map([
  ...["python", "javascript", "typescript", "tsx", "cpp", "java", "go"].map(
    (language) => [language, join(most, `tree-sitter-${language}.wasm`)] as const,
  ),
  ["c", require.resolve("tree-sitter-c/tree-sitter-c.wasm")],
]);
export const parsedLanguages: readonly string[] = [...grammarFiles.keys()];

/** A set of kinds: a `Set`, or `kindsLike`. */
export interface Kinds {
  has(kind: string): boolean;
}

/** The kinds whose name matches. */
export function kindsLike(pattern: RegExp): Kinds {
  return { has: (kind) => pattern.test(kind) };
}

/** A language's parser and what its tables say. */
export interface Grammar {
  readonly parser: Parser;
  /** Names of kinds by number: tree-sitter's, and `error` for nodes that are none of the language's. */
  readonly kinds: readonly string[];
  readonly error: number;
  /** Whether nodes of a kind are named: not punctuation, not keywords. */
  readonly named: readonly boolean[];
  /** tree-sitter's number of a field; 0 where the grammar has none of that name. */
  fieldId(name: string): number;
  /** For each kind's number, whether it is a named one of these. Kinds that the grammar does not have are ignored. */
  select(kinds: Kinds): readonly boolean[];
}

declare namespace WebAssembly {
  class Module {
    constructor(code: Uint8Array);
  }
}

await Parser.init();
const loaded = new Map<string, Grammar>();

/** The language's grammar, loaded on first use. Throws RangeError where there is none. */
export function grammarOf(language: string): Grammar {
  let grammar = loaded.get(language);
  if (grammar === undefined) {
    const file = grammarFiles.get(language);
    if (file === undefined) throw new RangeError(`there is no grammar for ${language}`);
    grammar = load(file);
    loaded.set(language, grammar);
  }
  return grammar;
}

function load(path: string): Grammar {
  const language = Language.loadSync(new WebAssembly.Module(readFileSync(path)));
  const kinds = [...language.types, "ERROR"];
  const error = language.types.length;
  const named = kinds.map((_, id) => id === error || language.nodeTypeIsNamed(id));
  const ids = new Map(language.fields.map((name, id) => [name, id] as const));
  const selections = new WeakMap<Kinds, readonly boolean[]>();
  return {
    parser: new Parser().setLanguage(language),
    kinds,
    error,
    named,
    fieldId: (name) => ids.get(name) ?? 0,
    select: (wanted) => {
      let selection = selections.get(wanted);
      if (selection === undefined) {
        selection = kinds.map((name, id) => named[id]! && wanted.has(name));
        selections.set(wanted, selection);
      }
      return selection;
    },
  };
}
