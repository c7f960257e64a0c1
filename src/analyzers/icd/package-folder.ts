import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnalyzerAvailability } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import { contentHash, sha256 } from "../../util/hash.ts";
import { privateFolderAbove, TOOLS_HINT, toolsFolder } from "../../util/tools-folder.ts";

/** Folder of Python packages that the sandbox shows. */
export function pythonFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(toolsFolder(env), "python");
}

/** Whether codeshield and semgrep are installed and readable, and which versions; `rulesVersion` hashes every rule file. */
export async function findPackage(
  env: Readonly<Record<string, string | undefined>>,
): Promise<AnalyzerAvailability> {
  const folder = pythonFolder(env);
  try {
    const [codeshield, semgrep] = await Promise.all([
      packageVersion(folder, "codeshield"),
      packageVersion(folder, "semgrep"),
    ]);
    if (codeshield === undefined || semgrep === undefined) {
      return missing(`${codeshield === undefined ? "codeshield" : "semgrep"} is not in ${folder}`);
    }
    const hidden = await privateFolderAbove(folder);
    if (hidden !== undefined) {
      const reason = `the sandbox's user cannot enter ${hidden}`;
      return { available: false, reason, hint: `chmod a+rx ${hidden}` };
    }
    const version = `codeshield ${codeshield}, semgrep ${semgrep}`;
    return { available: true, version, rulesVersion: await hashRules(folder) };
  } catch (error) {
    return missing(messageOf(error));
  }
}

async function packageVersion(folder: string, name: string): Promise<string | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.map((entry) => new RegExp(`^${name}-(.+)\\.dist-info$`).exec(entry)?.[1]).find(Boolean);
}

async function hashRules(folder: string): Promise<string> {
  const rules = join(folder, "codeshield", "insecure_code_detector", "rules");
  const files = (await readdir(rules, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hashes = await Promise.all(
    files.map(async (file) => [file.slice(rules.length), sha256(await readFile(file))]),
  );
  return contentHash(hashes).slice(0, 16);
}

function missing(reason: string): AnalyzerAvailability {
  return { available: false, reason, hint: TOOLS_HINT };
}
