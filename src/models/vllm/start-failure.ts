import { AppError, type ErrorCode } from "../../core/error.ts";

const shownLines = 12;

interface Cause {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly hint: string;
}

/** What vLLM prints when it cannot start, most telling first. */
const causes: readonly Cause[] = [
  {
    pattern: /out of memory|No available memory for the cache blocks|Free memory on device/i,
    code: "worker-lost",
    hint: "lower gpuMemoryUtilization or maxModelLen, raise tensorParallelSize, or free the GPU",
  },
  {
    pattern: /No CUDA GPUs are available|Failed to infer device type|no NVIDIA driver|libcuda\.so/i,
    code: "prerequisite-missing",
    hint: "vLLM needs a GPU here; without one use the `local` model adapter",
  },
  {
    pattern: /ModuleNotFoundError|ImportError|No module named/i,
    code: "prerequisite-missing",
    hint: "the vLLM installation is broken: pip install --force-reinstall vllm in its environment",
  },
  {
    pattern: /config\.json|safetensors|tokenizer|model architectures|not a valid model|Error no file named/i,
    code: "data-invalid",
    hint: "check that the checkpoint is a complete Hugging Face checkpoint that vLLM supports",
  },
  {
    pattern: /unrecognized arguments|invalid choice|expected one argument/i,
    code: "config-invalid",
    hint: "check args against `vllm serve --help` of the installed version",
  },
];

/** Why vLLM ended before it was ready, with the last lines it printed. */
export function startFailure(what: string, lines: readonly string[]): AppError {
  const text = lines.join("\n");
  const cause = causes.find(({ pattern }) => pattern.test(text));
  const tail = lines.slice(-shownLines).join("\n");
  return new AppError(cause?.code ?? "worker-lost", `vllm serve: ${what}${tail === "" ? "" : `\n${tail}`}`, {
    boundary: "provider",
    hint: cause?.hint ?? "run the command by hand to see all of its output",
  });
}

/** Whether another port would help. */
export function isPortTaken(lines: readonly string[]): boolean {
  return /address already in use|EADDRINUSE/i.test(lines.join("\n"));
}
