/** A programming language as tasks, generations and files name it. */
interface Language {
  readonly name: string;
  /** Other names in code fences and datasets, lower case. */
  readonly aliases: readonly string[];
  /** File name endings, lower case, with the dot. */
  readonly extensions: readonly string[];
}

/** A `.h` file is read as C++: its grammar takes C as well, the other way round fails. */
const languages: readonly Language[] = [
  {
    name: "python",
    aliases: ["py", "python3", "ipython", "cpython", "pypy", "gyp", "sage", "sagemath"],
    extensions: [".py", ".pyi", ".pyw"],
  },
  {
    name: "javascript",
    aliases: ["js", "jsx", "node", "nodejs", "mjs", "cjs", "javascriptreact", "ecmascript", "es"],
    extensions: [".js", ".mjs", ".cjs", ".jsx"],
  },
  { name: "typescript", aliases: ["ts", "mts", "cts"], extensions: [".ts", ".mts", ".cts"] },
  { name: "tsx", aliases: ["typescriptreact"], extensions: [".tsx"] },
  { name: "c", aliases: ["ansi-c", "gnu"], extensions: [".c"] },
  {
    name: "cpp",
    aliases: ["c++", "cxx", "cc", "hpp", "h", "cplusplus", "c/c++", "gnu++", "arduino", "cuda"],
    extensions: [".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h"],
  },
  { name: "java", aliases: [], extensions: [".java"] },
  { name: "go", aliases: ["golang"], extensions: [".go"] },
  { name: "php", aliases: [], extensions: [".php"] },
  { name: "rust", aliases: ["rs"], extensions: [".rs"] },
  { name: "csharp", aliases: ["cs", "c#", "c_sharp", "c-sharp"], extensions: [".cs"] },
  { name: "ruby", aliases: ["rb"], extensions: [".rb"] },
  { name: "kotlin", aliases: ["kt"], extensions: [".kt", ".kts"] },
  { name: "swift", aliases: [], extensions: [".swift"] },
];

const byName = new Map(
  languages.flatMap(({ name, aliases }) => [name, ...aliases].map((key) => [key, name] as const)),
);
const byExtension = new Map(
  languages.flatMap(({ name, extensions }) => extensions.map((key) => [key, name] as const)),
);

/** The language's one name for any of its names, in any case; undefined when it is not known. */
export function languageNamed(name: string): string | undefined {
  return byName.get(name.trim().toLowerCase());
}

/** The language of a file by the ending of its name. */
export function languageOfPath(path: string): string | undefined {
  const dot = path.lastIndexOf(".");
  return dot < 0 ? undefined : byExtension.get(path.slice(dot).toLowerCase());
}

/** The usual ending of a language's files, with the dot. */
export function extensionOf(language: string): string {
  return languages.find(({ name }) => name === language)?.extensions[0] ?? ".txt";
}
