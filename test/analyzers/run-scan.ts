import { vi } from "vitest";
import { dispatch } from "../../src/cli/dispatch.ts";
import { rootCommand } from "../../src/cli/root-command.ts";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
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
