import { describe } from "vitest";
import type { Sandbox } from "../../../src/core/sandbox.ts";

/** `describe` where the sandbox has gcc; else the tests are skipped under a title that says so. */
export async function describeWithGcc(sandbox: Sandbox): Promise<(title: string, tests: () => void) => void> {
  await using session = await sandbox.open();
  const { exitCode } = await session.exec({ argv: ["/bin/sh", "-c", "command -v gcc"] });
  if (exitCode === 0) return describe;
  return (title, tests) =>
    describe.skip(`${title} (skipped: no gcc in the sandbox; apt-get install -y gcc libc6-dev)`, tests);
}
