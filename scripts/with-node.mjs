// with-node ENTRY ARGS…: runs a TypeScript entry with Node 24 or newer.
// In this process when it is new enough, else with the Node that npm installed from the lock file, standing in between:
// stdin, stdout, stderr and the exit code are the child's, signals are passed on, and the child ends if this one is killed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const minimumMajor = 24;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [entry, ...argv] = process.argv.slice(2);
if (!entry) {
  process.stderr.write("usage: node scripts/with-node.mjs ENTRY.ts [ARGS…]\n");
  process.exit(2);
}

if (Number(process.versions.node.split(".")[0]) >= minimumMajor) await runHere();
else runInstalled();

async function runHere() {
  // npm's own mark of a finished installation, or set-up's.
  const marks = [".package-lock.json", ".sectune-stamp"].map((name) => join(root, "node_modules", name));
  if (!marks.some((mark) => existsSync(mark))) {
    process.stderr.write("SecTune is not set up yet. Run `npm run setup`.\n");
    process.exit(3);
  }
  putFirstOnPath(dirname(process.execPath));
  process.argv.splice(1, 2, resolve(entry));
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(compileCache());
  process.env.NODE_COMPILE_CACHE ??= compileCache(); // for processes that this one starts
  await import(pathToFileURL(resolve(entry)).href);
}

function runInstalled() {
  const node = join(root, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  if (!existsSync(node)) {
    process.stderr.write(
      `Node ${minimumMajor} or newer is needed; this is ${process.versions.node}. Run \`npm run setup\`, or install Node ${minimumMajor}.\n`,
    );
    process.exit(3);
  }
  putFirstOnPath(dirname(node));
  process.env.NODE_COMPILE_CACHE ??= compileCache();
  // The IPC channel carries nothing: its closing tells the child that this process is gone (cli/interrupt.ts).
  const child = spawn(node, [resolve(entry), ...argv], { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`${node}: ${error.message}\n`);
    process.exit(3);
  });
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function putFirstOnPath(folder) {
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ""}`;
}

/** Compiled code of our own files, so that a cached quickstart does not parse everything again. */
function compileCache() {
  return join(root, "node_modules", ".cache", "sectune-compile");
}
