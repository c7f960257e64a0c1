import { vi } from "vitest";
import { dispatch } from "../../src/cli/dispatch.ts";
import { rootCommand } from "../../src/cli/root-command.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command in this process: starting Node for each would take longer than all the rest. */
export async function sectune(...argv: readonly string[]): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += chunk;
      return true;
    }),
  );
  try {
    const code = await dispatch(rootCommand("test"), argv);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

interface CalibrationScore {
  readonly name: string;
  readonly value: number | null;
  readonly n: number;
  readonly clusters: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly excluded: { readonly error: number; readonly skip: number };
  readonly breakdown: Readonly<Record<string, string>>;
}

/** The scores of a `--json` line, found by what they are of. */
export function scoresOf(stdout: string) {
  const { scores } = JSON.parse(stdout) as { scores: CalibrationScore[] };
  return (name: string, labels: Readonly<Record<string, string>>): CalibrationScore | undefined =>
    scores.find(
      (score) =>
        score.name === name &&
        ("cwe" in labels || score.breakdown.cwe === undefined) &&
        Object.entries(labels).every(([label, value]) => score.breakdown[label] === value),
    );
}
