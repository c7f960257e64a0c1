import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AnalyzerAvailability } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import { findExecutable } from "../../util/find-executable.ts";
import { contentHash } from "../../util/hash.ts";
import { privateFolderAbove, toolsFolder } from "../../util/tools-folder.ts";
import type { Description } from "./description.ts";
import { fill } from "./fill-in.ts";

/** Where programs are looked for inside the sandbox. */
const searchPath = "/usr/local/bin:/usr/bin:/bin";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a described tool is here, which version, and else how to get it. `rulesVersion` is the hash of its description. */
export async function findTool(description: Description, env: Environment): Promise<AnalyzerAvailability> {
  const { needs, install, name } = description;
  const tools = toolsFolder(env);
  try {
    if ("program" in needs) {
      if ((await findExecutable(needs.program, searchPath)) === null) {
        return { available: false, reason: `${name} is not installed`, hint: install };
      }
    } else {
      const path = join(tools, needs.tool);
      if ((await stat(path).catch(() => null)) === null) {
        return { available: false, reason: `${name} is not in ${tools}`, hint: install };
      }
      const hidden = await privateFolderAbove(tools);
      if (hidden !== undefined) {
        const reason = `the sandbox's user cannot enter ${hidden}`;
        return { available: false, reason, hint: `chmod a+rx ${hidden}` };
      }
    }
    const version = await versionOf(description, tools);
    return { available: true, version, rulesVersion: contentHash(description).slice(0, 16) };
  } catch (error) {
    return {
      available: false,
      reason: `${name} does not tell its version: ${messageOf(error)}`,
      hint: install,
    };
  }
}

async function versionOf({ version }: Description, tools: string): Promise<string> {
  if ("package" in version) {
    const infos = await readdir(join(tools, "python"));
    const own = infos.map((entry) => new RegExp(`^${version.package}-(.+)\\.dist-info$`).exec(entry)?.[1]);
    const found = own.find(Boolean);
    if (found === undefined) throw new Error(`there is no package ${version.package}`);
    return found;
  }
  const [program, ...argv] = version.argv.map((argument) => fill(argument, { tools }));
  const env = { PATH: searchPath, LANG: "C.UTF-8" };
  const { stdout } = await promisify(execFile)(program!, argv, { env, timeout: 30_000 });
  const found = /\d+(?:\.\d+)+\S*/.exec(stdout)?.[0];
  if (found === undefined) throw new Error(`no version in: ${stdout.slice(0, 100)}`);
  return found;
}
