// The LLaMA-Factory and the TRL job that `sectune export` emits, run for real on the CPU with tiny-coder; their losses side by side.
//   npm run verify -- exports
// Needs the tools in environments of their own, .venv/oracle-llama-factory and .venv/oracle-trl (or SECTUNE_LLAMA_FACTORY and
// SECTUNE_TRL: other folders). Both get the same rows and settings, so equal losses mean that both render and mask them alike; the
// checkpoint of the first is then loaded and evaluated by SecTune. Figures go to docs/results/exports.json.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordResult } from "./support/record-result.ts";

const root = join(import.meta.dirname, "..");
const tools = {
  "llama-factory": environment("SECTUNE_LLAMA_FACTORY", "oracle-llama-factory"),
  trl: environment("SECTUNE_TRL", "oracle-trl"),
};
const settings = ["--cpu", "--set", "batchRows=4", "--set", "epochs=2"];
const folder = mkdtempSync(join(tmpdir(), "sectune-exports-"));
try {
  const store = join(folder, "store");
  sectune("run", "examples/quickstart.yaml", "--smoke", "--store", store, "--progress", "none");
  const jobs = {
    "llama-factory": train("llama-factory", store, [
      join(tools["llama-factory"], "bin", "llamafactory-cli"),
      "train",
      "train.yaml",
    ]),
    trl: train("trl", store, [join(tools.trl, "bin", "python"), "train.py"]),
  };
  const checkpoint = join(folder, "llama-factory", "output");
  const evaluated = JSON.parse(
    sectune("eval", checkpoint, "--limit", "4", "--store", store, "--progress", "none", "--json")
      .trim()
      .split("\n")
      .at(-1)!,
  ) as { before: Record<string, { func: number | null; n: number }> };
  const pairs = jobs["llama-factory"].losses.map((loss, step) => Math.abs(loss - jobs.trl.losses[step]!));
  const figures = {
    settings: settings.join(" "),
    jobs,
    largestLossDifference: Math.max(...pairs),
    loadedBySectune: Object.fromEntries(
      Object.entries(evaluated.before).map(([split, { func, n }]) => [split, { func, n }]),
    ),
  };
  await recordResult("exports", "npm run verify -- exports", figures);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function environment(variable: string, name: string): string {
  return process.env[variable] ?? join(root, ".venv", name);
}

function sectune(...argv: string[]): string {
  const main = join(root, "src", "cli", "main.ts");
  return execFileSync(process.execPath, [main, ...argv], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Exports the newest run's rows, runs the job and gives its losses, step by step. */
function train(format: "llama-factory" | "trl", store: string, command: [string, ...string[]]) {
  const out = join(folder, format);
  const exported = JSON.parse(
    sectune("export", "latest", "--store", store, "--format", format, "--out", out, "--json", ...settings),
  ) as { rows: number };
  const started = performance.now();
  const [program, ...argv] = command;
  execFileSync(program, argv, {
    cwd: out,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, HF_HUB_OFFLINE: "1", HF_HUB_DISABLE_TELEMETRY: "1" },
  });
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return {
    rows: exported.rows,
    seconds,
    losses: lossesOf(join(out, "output")),
    versions: versions(tools[format]),
  };
}

/** The losses that transformers' Trainer wrote into its last checkpoint's state. */
function lossesOf(output: string): number[] {
  const checkpoints = readdirSync(output).filter((name) => name.startsWith("checkpoint-"));
  const steps = checkpoints.map((name) => Number(name.slice("checkpoint-".length))).sort((a, b) => a - b);
  const state = JSON.parse(
    readFileSync(join(output, `checkpoint-${steps.at(-1)}`, "trainer_state.json"), "utf8"),
  ) as {
    log_history: { loss?: number }[];
  };
  return state.log_history.flatMap(({ loss }) => loss ?? []);
}

function versions(environmentFolder: string): Record<string, string> {
  const wanted = ["llamafactory", "trl", "transformers", "torch", "accelerate", "datasets", "peft"];
  const listed = execFileSync(join(environmentFolder, "bin", "pip"), ["list", "--format", "json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const packages = JSON.parse(listed) as { name: string; version: string }[];
  return Object.fromEntries(
    packages.filter(({ name }) => wanted.includes(name)).map(({ name, version }) => [name, version]),
  );
}
