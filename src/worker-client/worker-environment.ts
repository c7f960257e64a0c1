import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../core/error.ts";

/** Folder that holds `sectune_worker/`: the same two levels up from src/ and from dist/. */
export const workerDirectory = fileURLToPath(new URL("../../worker/", import.meta.url));

type Environment = Readonly<Record<string, string | undefined>>;

/** The worker's Python: `SECTUNE_PYTHON`, or the environment that set-up makes. Throws AppError `prerequisite-missing`. */
export function findPython(env: Environment): string {
  const asked = env.SECTUNE_PYTHON;
  const python = asked ?? join(workerDirectory, "..", ".venv", "worker", "bin", "python");
  if (existsSync(python)) return python;
  throw new AppError("prerequisite-missing", `the worker's Python is missing: ${python}`, {
    boundary: "trainer",
    hint:
      asked === undefined
        ? "npm run setup"
        : "set SECTUNE_PYTHON to a Python with worker/requirements.lock installed",
  });
}

const PASSED = new Set(["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME"]);
const PASSED_PREFIXES = [
  "LC_",
  "HF_",
  "TRANSFORMERS_",
  "TORCH",
  "PYTORCH_",
  "CUDA",
  "NVIDIA_",
  "NCCL_",
  "ROCR_",
  "HIP_",
  "OMP_",
  "KMP_",
  "MKL_",
  "GOMP_",
  "ACCELERATE_",
  "FSDP_",
  "SECTUNE_",
];
const SECRET = /key|token(?!izers)|secret|password|credential/i;

/**
 * What the worker sees of the environment: a list of what computing needs, and nothing that is named like a secret. The worker
 * reads model files from anywhere, and API keys are none of its business.
 */
export function workerEnvironment(env: Environment): Record<string, string> {
  // Threads that wait spinning starve each other on a busy machine: a third of the speed was measured with one other process.
  const passed: Record<string, string> = { OMP_WAIT_POLICY: "PASSIVE" };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || SECRET.test(name)) continue;
    if (PASSED.has(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix))) passed[name] = value;
  }
  return { ...passed, PYTHONPATH: workerDirectory, PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" };
}
