import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf } from "../core/error.ts";
import type { Component } from "./doctor.ts";
import { packageRoot } from "./package-root.ts";

const script = `
import importlib.metadata as m, json, platform, sys
versions = {}
for name in sys.argv[1:]:
    try: versions[name] = m.version(name)
    except m.PackageNotFoundError: versions[name] = None
try:
    import torch
    cuda = torch.cuda.is_available()
except Exception as error:
    cuda = str(error)
print(json.dumps({"python": platform.python_version(), "versions": versions, "cuda": cuda}))
`;
const Answer = z.object({
  python: z.string(),
  versions: z.record(z.string(), z.string().nullable()),
  cuda: z.union([z.boolean(), z.string()]),
});

/** Packages that are always named; of the others only those that differ from the lock file. */
const named = new Set(["torch", "transformers", "peft", "accelerate", "numpy", "tokenizers", "safetensors"]);

/** The worker's Python and its packages against worker/requirements.lock. */
export async function workerComponents(): Promise<Component[]> {
  // Set-up leaves an environment of the user's own alone.
  const hint =
    process.env.SECTUNE_PYTHON === undefined
      ? "npm run setup"
      : "set SECTUNE_PYTHON to a Python with worker/requirements.lock installed";
  const pins = await lockedVersions();
  let answer: z.infer<typeof Answer>;
  try {
    const { findPython } = await import("../worker-client/worker-environment.ts");
    const argv = ["-c", script, ...pins.keys()];
    const { stdout } = await promisify(execFile)(findPython(process.env), argv, { timeout: 60_000 });
    answer = Answer.parse(JSON.parse(stdout));
  } catch (error) {
    return [
      { group: "worker", name: "python", state: "missing", detail: messageOf(error).split("\n")[0], hint },
    ];
  }
  const components: Component[] = [{ group: "worker", name: "python", state: "ok", version: answer.python }];
  let others = 0;
  for (const [name, wanted] of pins) {
    const version = answer.versions[name];
    if (!named.has(name) && version?.split("+")[0] === wanted) {
      others++;
      continue;
    }
    if (version === null || version === undefined) {
      components.push({ group: "worker", name, state: "missing", detail: "not installed", hint });
    } else {
      // Builds for a device carry a suffix: 2.13.0+cpu is 2.13.0.
      const other = version.split("+")[0] !== wanted;
      const detail = other ? `requirements.lock has ${wanted}` : undefined;
      components.push({ group: "worker", name, state: "ok", version, detail });
    }
  }
  components.push({
    group: "worker",
    name: "packages",
    state: "ok",
    detail: `${others} more as requirements.lock says`,
  });
  const cuda = answer.cuda === true ? "torch sees a CUDA device" : "torch works on the CPU";
  if (typeof answer.cuda === "string") {
    const detail = `torch cannot be imported: ${answer.cuda}`;
    components.push({ group: "worker", name: "device", state: "missing", detail, hint });
  } else {
    components.push({ group: "worker", name: "device", state: "ok", detail: cuda });
  }
  return components;
}

async function lockedVersions(): Promise<Map<string, string>> {
  const text = await readFile(join(packageRoot, "worker", "requirements.lock"), "utf8");
  const pins = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z0-9._-]+)==([^\s;]+)/.exec(line);
    if (match) pins.set(match[1]!, match[2]!.split("+")[0]!);
  }
  return pins;
}
