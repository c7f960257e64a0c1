import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Availability } from "../../core/adapter.ts";
import { isAppError, messageOf } from "../../core/error.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import { hostTool, INSTALL_HINT } from "./host.ts";
import { openSession } from "./session.ts";

const run = promisify(execFile);
const DENIED_HINT =
  "sysctl -w kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04), " +
  "in docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined";

/** Whether a command really runs inside, not only whether bwrap is installed. */
export async function probe({ uid }: { uid: number }): Promise<Availability> {
  let version: string | undefined;
  try {
    const { stdout } = await run(hostTool("bwrap"), ["--version"]);
    version = stdout.trim().split(" ").at(-1);
    await using session = openSession({
      spec: {},
      readOnly: [],
      network: undefined,
      uid,
      cgroups: undefined,
    });
    const result = await session.exec({ argv: ["/usr/bin/true"] });
    if (result.exitCode === 0) return { available: true, version };
    return { available: false, version, reason: "a command inside did not run", hint: DENIED_HINT };
  } catch (error) {
    const hint = isAppError(error) && error.code === "prerequisite-missing" ? error.hint : DENIED_HINT;
    return { available: false, version, reason: messageOf(error), hint: hint ?? INSTALL_HINT };
  }
}

/** What runs inside, in one line: asked of the programs themselves, from inside, once. */
export async function versions(sandbox: Sandbox): Promise<string> {
  const script = [
    "python3 -I -S -c 'import platform; print(\"python \" + platform.python_version())'",
    "echo gcc $(gcc -dumpfullversion)",
    "echo g++ $(g++ -dumpfullversion)",
    "echo node $(node --version)",
    "echo java $(sed -n 's/^JAVA_VERSION=//p' $(dirname $(dirname $(readlink -f /usr/bin/java)))/release | tr -d '\"')",
  ].join("; ");
  await using session = await sandbox.open();
  const result = await session.exec({ argv: ["/bin/sh", "-c", `{ ${script}; } 2>/dev/null`] });
  const found = Buffer.from(result.stdout)
    .toString()
    .split("\n")
    .filter((line) => /\d/.test(line));
  return ["bubblewrap", ...found].join(", ");
}
