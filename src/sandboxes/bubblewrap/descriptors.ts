import { openSync, readdirSync, readFileSync } from "node:fs";

/** Octal O_CLOEXEC as /proc prints it. */
const CLOSE_ON_EXEC = 0o2000000;

let inherited: readonly number[] | undefined;
let devNull: number | undefined;

/**
 * Descriptors above 2 that any child of this process would inherit: what our own parent left open without close-on-exec.
 * Node opens everything with close-on-exec, so looking once is enough.
 */
export function inheritedDescriptors(): readonly number[] {
  inherited ??= readdirSync("/proc/self/fdinfo")
    .map(Number)
    .filter((fd) => fd > 2 && survivesExec(fd));
  return inherited;
}

/** Replaces inherited descriptors with /dev/null in a `stdio` list (Node cannot close them in the child). */
export function maskInherited(stdio: (number | "pipe" | "ignore")[]): (number | "pipe" | "ignore")[] {
  const masked = [...stdio];
  for (const fd of inheritedDescriptors()) {
    while (masked.length <= fd) masked.push("ignore");
    if (masked[fd] === "ignore") {
      devNull ??= openSync("/dev/null", "r+");
      masked[fd] = devNull;
    }
  }
  return masked;
}

function survivesExec(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // closed meanwhile: the descriptor of the listing itself
  }
}
