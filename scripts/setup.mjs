// Makes a checkout runnable: system packages, npm packages, the Python worker's environment.
// Runs on the machine's own Node (20 or newer) before anything is installed: plain JavaScript, no packages.
// Idempotent: what a stamp or npm's own hidden lock file shows as up to date is not touched. Everything goes to stderr.
// Exit codes: 0 ready, 1 a step failed, 3 something is missing that only the user can install.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const minimumNode = 20;
const minimumPython = [3, 11];
const stillRunningEveryMs = 20_000;
const tailLines = 40;
const venv = join(root, ".venv", "worker");
const venvPython = join(venv, "bin", "python");
const requirements = join("worker", "requirements.lock");

class SetupError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

try {
  await setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}

async function setUp() {
  const startedAt = Date.now();
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  if (nodeMajor < minimumNode) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: SecTune's set-up needs Node ${minimumNode} or newer (https://nodejs.org).`,
      3,
    );
  }
  const workerReady = isWorkerReady();
  const python = workerReady ? undefined : findPython();
  await installSystemPackages(python);
  const usablePython = workerReady || python?.ready ? python : requirePython();
  const work = [];
  if (!areNodePackagesReady()) work.push(installNodePackages());
  if (!workerReady) work.push(installWorker(usablePython));
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  if (work.length > 0) say(`set-up complete (${seconds(startedAt)})`);
}

// --- system packages -------------------------------------------------------------------------------------------------

async function installSystemPackages(python) {
  if (process.platform !== "linux") {
    say(
      `bubblewrap exists for Linux only: on ${process.platform} use the docker sandbox (\`sectune doctor\` tells).`,
    );
    return;
  }
  const missing = [];
  if (!findOnPath("bwrap")) missing.push("bubblewrap");
  // The sandbox runs Python programs with the system's interpreter, whatever python3 is first on PATH.
  if (!existsSync("/usr/bin/python3")) missing.push("python3");
  if (python && !python.ready) missing.push(venvPackage(python));
  // No Python at all: the one that is installed now must be able to make the worker's environment.
  else if (missing.includes("python3") && !python && !isWorkerReady()) missing.push("python3-venv");
  if (missing.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (!findOnPath("apt-get")) {
    throw new SetupError(
      `Missing: ${missing.join(", ")}. There is no apt-get here: install them with this system's package manager and run again.`,
      3,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      `Missing: ${missing.join(", ")}. Installing them needs root; run this once, then the same command again:\n  sudo apt-get update && sudo ${install}`,
      3,
    );
  }
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await step("package lists", "apt-get", ["update"], { env: environment, retry: "apt-get update" });
  await step(`system packages (${missing.join(", ")})`, "apt-get", install.split(" ").slice(1), {
    env: environment,
    retry: install,
  });
}

// --- npm packages ----------------------------------------------------------------------------------------------------

function areNodePackagesReady() {
  const stamp = join(root, "node_modules", ".sectune-stamp");
  const wanted = fileHash("package-lock.json");
  if (readText(stamp) === wanted) return true;
  if (!hiddenLockMatches()) return false;
  writeFileSync(stamp, wanted);
  return true;
}

/** True when npm's record of what it installed has every package of the lock file at the locked version. */
function hiddenLockMatches() {
  const hidden = readText(join(root, "node_modules", ".package-lock.json"));
  if (hidden === undefined) return false;
  const installed = JSON.parse(hidden).packages ?? {};
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages ?? {};
  const names = Object.keys(locked).filter((name) => name !== "");
  return names.every(
    (name) =>
      installed[name]?.version === locked[name].version || (locked[name].optional && !installed[name]),
  );
}

async function installNodePackages() {
  // npm that runs us tells where it is; its own Node may be older than the one on PATH, so both are taken from it.
  const npmScript = process.env.npm_execpath;
  const usable = npmScript?.endsWith("npm-cli.js") && existsSync(npmScript);
  const [command, first] = usable ? [process.execPath, [npmScript]] : ["npm", []];
  // No package needs its install script: the grammars come as WebAssembly, Node itself as a package.
  const flags = ["ci", "--ignore-scripts", "--no-fund", "--no-audit"];
  await step("npm packages", command, [...first, ...flags], { retry: "npm ci --ignore-scripts" });
  writeFileSync(join(root, "node_modules", ".sectune-stamp"), fileHash("package-lock.json"));
}

// --- the worker's Python ---------------------------------------------------------------------------------------------

/** With SECTUNE_PYTHON the user keeps the worker's environment: nothing is installed for it. */
function isWorkerReady() {
  if (process.env.SECTUNE_PYTHON) return true;
  return existsSync(venvPython) && readText(join(venv, ".sectune-stamp")) === fileHash(requirements);
}

/** The first Python that is new enough; `ready` when it can make virtual environments with pip in them. */
function findPython() {
  const named = process.env.SECTUNE_BASE_PYTHON;
  const candidates = named
    ? [named]
    : ["python3", "/usr/bin/python3", "python3.13", "python3.12", "python3.11"];
  let newEnough;
  for (const command of candidates) {
    const script = "import sys; print(*sys.version_info[:2]); import venv, ensurepip; print('ready')";
    const { stdout } = spawnSync(command, ["-c", script], { encoding: "utf8" });
    const [version = "", ready] = (stdout ?? "").trim().split("\n");
    const [major = 0, minor = 0] = version.split(" ").map(Number);
    const supported = major === minimumPython[0] && minor >= minimumPython[1];
    if (supported && ready === "ready") return { command, ready: true };
    if (supported) newEnough ??= { command, ready: false, version: `${major}.${minor}` };
  }
  return newEnough;
}

/** Debian's and Ubuntu's name of what makes environments: `python3-venv` is the system's own version's. */
function venvPackage({ command, version }) {
  return /^(\/usr\/bin\/)?python3$/.test(command) ? "python3-venv" : `python${version}-venv`;
}

function requirePython() {
  const found = findPython();
  if (found?.ready) return found;
  const wanted = minimumPython.join(".");
  throw new SetupError(
    found
      ? `${found.command} cannot make virtual environments. Install them (Debian, Ubuntu: apt-get install -y ${venvPackage(found)}) and run again.`
      : `Python ${wanted} or newer is needed for the worker and was not found. Install it (Debian 12: apt-get install -y python3 python3-venv; older systems: python${wanted} python${wanted}-venv), or name one: SECTUNE_BASE_PYTHON=/path/to/python3.`,
    3,
  );
}

async function installWorker(python) {
  const startedAt = Date.now();
  const usable = existsSync(venvPython) && spawnSync(venvPython, ["-m", "pip", "--version"]).status === 0;
  if (!usable) {
    mkdirSync(join(root, ".venv"), { recursive: true });
    await step("Python environment", python.command, ["-m", "venv", "--clear", venv], {
      retry: `${python.command} -m venv --clear .venv/worker`,
      quiet: true,
    });
  }
  const pip = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--progress-bar",
    "off",
    "-r",
    requirements,
  ];
  await step("Python packages (torch is large)", venvPython, pip, {
    retry: `.venv/worker/bin/python ${pip.join(" ")}`,
    startedAt,
  });
  writeFileSync(join(venv, ".sectune-stamp"), fileHash(requirements));
}

// --- running steps ---------------------------------------------------------------------------------------------------

/** Runs one command with its output kept back; a failure shows the tail of it and the command to try again. */
function step(title, command, argv, { env, retry, quiet = false, startedAt = Date.now() }) {
  if (!quiet) say(`${title} …`);
  return new Promise((succeed, fail) => {
    const child = spawn(command, argv, {
      cwd: root,
      env: env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const timer = setInterval(
      () => say(`${title}: still running (${seconds(startedAt)})`),
      stillRunningEveryMs,
    );
    const failed = (reason) => {
      clearInterval(timer);
      const tail = output
        .split("\n")
        .filter((line) => !isNoise(line))
        .slice(-tailLines)
        .join("\n")
        .trimEnd();
      fail(new SetupError(`${tail}\n${title}: ${reason}. To try it alone: ${retry}`, 1));
    };
    child.on("error", (error) => failed(error.message));
    child.on("close", (code, signal) => {
      if (code !== 0) return failed(signal ? `ended by ${signal}` : `exit code ${code}`);
      clearInterval(timer);
      if (!quiet) say(`${title}: done (${seconds(startedAt)})`);
      succeed();
    });
  });
}

/** pip prints one such line per package of a find-links page that its settings exclude: hundreds, and harmless. */
function isNoise(line) {
  return /Location .* is ignored/.test(line);
}

function findOnPath(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/sbin"];
  return folders.filter(Boolean).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function fileHash(path) {
  const text = readText(join(root, path));
  if (text === undefined) throw new SetupError(`${path} is missing: this checkout is incomplete.`, 1);
  return createHash("sha256").update(text).digest("hex");
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
