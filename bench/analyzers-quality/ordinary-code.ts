import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { languageOfPath } from "../../src/algorithms/syntax/languages.ts";
import type { SourceFile } from "../../src/core/analyzer.ts";

/** Code that nobody suspects, of one language. */
export interface OrdinaryCode {
  readonly language: string;
  /** What it is, for the record. */
  readonly what: string;
  readonly files: readonly SourceFile[];
}

const pythonFolder = "/usr/lib/python3.11";
const tests =
  /(^|\/)(tests?|testing|testdata|idle_test|examples?|docs?|scripts)\/|[._-](test|spec)\.\w+$|\/test_/;

/** The standard library of Python without its tests, and the one of the Node that runs this. */
export async function standardLibraries(): Promise<OrdinaryCode[]> {
  const python = await folderOf("python", pythonFolder, /(^|\/)(dist-packages|site-packages|__pycache__)\//);
  const what = `${execFileSync("/usr/bin/python3", ["--version"], { encoding: "utf8" }).trim()}, ${pythonFolder} without tests`;
  return [{ language: "python", what, files: python }, nodeLibrary()];
}

/** Other folders, `LANGUAGE=FOLDER[,FOLDER…]`. */
export async function ordinaryCode(argument: string): Promise<OrdinaryCode> {
  const [, language, folders] = /^(\w+)=(.+)$/.exec(argument) ?? [];
  if (language === undefined) throw new Error(`--code ${argument}: expected LANGUAGE=FOLDER`);
  const files = await Promise.all(folders!.split(",").map((folder) => folderOf(language, folder)));
  const names = folders!.split(",").map((folder) => folder.split("/").slice(-2).join("/"));
  return { language, what: `${names.join(", ")} without tests`, files: files.flat() };
}

async function folderOf(language: string, folder: string, leaveOut = /^\b$/): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && languageOfPath(entry.name) === language)
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !tests.test(path) && !leaveOut.test(path) && !path.endsWith(".d.ts"))
    .sort();
  return Promise.all(
    paths.map(async (path) => ({ path, language, text: (await readFile(join(folder, path))).toString() })),
  );
}

/** Node carries the text of its library with it. `internal/deps` are other people's packages, most of them bundled. */
function nodeLibrary(): OrdinaryCode {
  const print = "process.stdout.write(JSON.stringify(process.binding('natives')))";
  const text = execFileSync(process.execPath, ["--no-deprecation", "-e", print], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const files = Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([name, source]) =>
    typeof source === "string" && name !== "config" && !name.startsWith("internal/deps/")
      ? [{ path: `${name}.js`, language: "javascript", text: source }]
      : [],
  );
  return { language: "javascript", what: `lib/ of Node ${process.version} without deps`, files };
}
