import type { Availability } from "../../../core/adapter.ts";
import { isAppError, messageOf } from "../../../core/error.ts";
import type { Sandbox } from "../../../core/sandbox.ts";

/** What installs gcc, the C library's headers and the sanitizers' runtimes on Debian and Ubuntu. */
export const INSTALL_GCC = "apt-get install -y --no-install-recommends gcc libc6-dev";

/** Whether C answers can be compiled inside, sanitizers included. Never throws. */
export async function probeCompiler(openSandbox: () => Promise<Sandbox>): Promise<Availability> {
  try {
    await using session = await (await openSandbox()).open();
    const { exitCode, stdout } = await session.exec({ argv: ["/bin/sh", "-c", SCRIPT] });
    if (exitCode === 0) return { available: true, version: Buffer.from(stdout).toString("utf8").trim() };
    const reason = `C answers cannot be compiled: the sandbox has no ${exitCode === NO_GCC ? "gcc" : "libasan or libubsan"}`;
    return { available: false, reason, hint: INSTALL_GCC };
  } catch (error) {
    return { available: false, reason: messageOf(error), hint: isAppError(error) ? error.hint : undefined };
  }
}

const NO_GCC = 3;
const SCRIPT = `
command -v gcc >/dev/null || exit ${NO_GCC}
for library in libasan.so libubsan.so; do test -e "$(gcc -print-file-name=$library)" || exit 4; done
echo gcc $(gcc -dumpfullversion)`;
