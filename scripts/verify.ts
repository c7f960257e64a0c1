// npm run verify -- PART [ARGS…]: runs bench/PART.ts at full size; it writes docs/results/*.json. Without PART: lists them.
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./check/command.ts";

const [part, ...argv] = process.argv.slice(2);
const bench = join(root, "bench");
const parts = (await readdir(bench)).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3));

if (part === undefined) {
  process.stdout.write("npm run verify -- PART, where PART is one of:\n");
  for (const name of parts.sort()) process.stdout.write(`  ${name.padEnd(24)} ${await summary(name)}\n`);
} else if (!parts.includes(part)) {
  process.stderr.write(`there is no part ${part}; there are: ${parts.sort().join(", ")}\n`);
  process.exitCode = 2;
} else {
  const child = spawn(process.execPath, [join(bench, `${part}.ts`), ...argv], {
    cwd: root,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
}

/** First comment line of a part's file. */
async function summary(name: string): Promise<string> {
  const text = await readFile(join(bench, `${name}.ts`), "utf8");
  return /^(?:\/\/|\/\*\*?)\s*(?:\*\s*)?(.*)/m.exec(text)?.[1] ?? "";
}
