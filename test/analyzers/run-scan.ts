import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { vi } from "vitest";
import { dispatch } from "../../src/cli/dispatch.ts";
import { rootCommand } from "../../src/cli/root-command.ts";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

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

/** `sectune scan` in this process: starting Node for each would take longer than all the rest. */
export async function scan(argv: readonly string[]): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += chunk;
      return true;
    }),
  );
  try {
    const code = await dispatch(rootCommand("test"), ["scan", "--jobs", "1", ...argv]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
