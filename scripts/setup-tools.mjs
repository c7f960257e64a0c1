// npm run setup:tools: installs the analyzers that run inside the sandbox (tools/requirements.lock) into the tools folder.
// Not part of the set-up: they are large (about 250 MB), and nothing of the embedded default needs them.
// The folder is SECTUNE_TOOLS, else /opt/sectune-tools for root and ~/.local/share/sectune-tools for others. It lies outside of the
// checkout and is readable by everyone, because the sandbox runs as another user. Exit codes: 0 ready, 1 failed, 3 missing.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const lock = join(root, "tools", "requirements.lock");
const pip = join(root, ".venv", "worker", "bin", "python");
/** The sandbox shows the system's Python, so packages with compiled parts must be for that one. */
const systemPython = "/usr/bin/python3";
const tools =
  process.env.SECTUNE_TOOLS ||
  (process.getuid?.() === 0 ? "/opt/sectune-tools" : join(homedir(), ".local", "share", "sectune-tools"));

process.umask(0o022);
process.exitCode = setUpTools();

function setUpTools() {
  const target = join(tools, "python");
  const stamp = join(target, ".sectune-stamp");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return done(target);
  for (const [path, hint] of [
    [pip, "npm run setup"],
    [systemPython, "apt-get install -y --no-install-recommends python3"],
  ]) {
    if (existsSync(path)) continue;
    say(`${path} is missing. Install it first: ${hint}`);
    return 3;
  }
  mkdirSync(tools, { recursive: true });
  const fresh = mkdtempSync(join(tools, ".installing-"));
  try {
    say(`installing ${tools}/python (about 250 MB) …`);
    if (!install(fresh)) return 1;
    makeSemgrepEntry(fresh);
    writeFileSync(join(fresh, ".sectune-stamp"), wanted);
    // mkdtemp makes it private.
    spawnSync("chmod", ["-R", "a+rX", fresh]);
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return done(target);
}

/** With the worker's pip, because Debian's Python has none of its own. */
function install(target) {
  const argv = ["-m", "pip", "--python", systemPython, "install", "--target", target];
  const flags = ["--ignore-installed", "--no-deps", "--only-binary", ":all:"];
  const quiet = ["--disable-pip-version-check", "--root-user-action", "ignore", "--progress-bar", "off"];
  const { status, stdout, stderr } = spawnSync(pip, [...argv, ...flags, ...quiet, "-r", lock], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return true;
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => !/Location .* is ignored/.test(line));
  say(`${lines.slice(-20).join("\n")}\npip failed; to try again: npm run setup:tools`);
  return false;
}

/** codeshield calls semgrep-core by this name and would make the link itself, which a read-only folder does not allow. */
function makeSemgrepEntry(target) {
  const folder = join(target, "semgrep", "bin");
  if (existsSync(join(folder, "semgrep-core"))) symlinkSync("semgrep-core", join(folder, "osemgrep"));
}

function done(target) {
  const hidden = firstPrivateFolder(target);
  if (hidden === undefined) {
    say(`tools ready: ${target}`);
    return 0;
  }
  say(
    `${hidden} is not open to other users, so the sandbox cannot read the tools in it: chmod a+rx ${hidden}`,
  );
  return process.getuid?.() === 0 ? 1 : 0;
}

function firstPrivateFolder(path) {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const { stdout } = spawnSync("stat", ["-c", "%a", at], { encoding: "utf8" });
    if ((Number.parseInt(stdout, 8) & 0o5) !== 0o5) return at;
  }
  return undefined;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
