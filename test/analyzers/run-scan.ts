import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Ran, sectune } from "../fixtures/run-command.ts";

/** The command as people start it; `readNothing` closes the reading end of its output at once, as `| head -0` does. */
export async function start(
  argv: readonly string[],
  input: string,
  options: { readNothing?: boolean } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ["src/cli/main.ts", "scan", "--jobs", "1", ...argv], {
    cwd: join(import.meta.dirname, "../.."),
  });
  let [stdout, stderr] = ["", ""];
  if (options.readNothing) child.stdout.destroy();
  else child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** `sectune scan` in this process. */
export function scan(argv: readonly string[]): Promise<Ran> {
  return sectune("scan", "--jobs", "1", ...argv);
}
