import { defineCommand } from "citty";

/** The command tree. Each command is a file of its own, loaded when it is called. */
export function rootCommand(version: string) {
  return defineCommand({
    meta: {
      name: "sectune",
      version,
      description: [
        "Harden code language models and prove it.",
        "Exit codes: 0 done, 1 failed, 2 usage or config, 3 prerequisite missing, 4 budget reached, 130 interrupted.",
      ].join(" "),
    },
    subCommands: {
      quickstart: () => import("./commands/quickstart.ts").then((module) => module.command),
      run: () => import("./commands/run.ts").then((module) => module.command),
      eval: () => import("./commands/eval.ts").then((module) => module.command),
      bench: () => import("./commands/bench.ts").then((module) => module.command),
      scan: () => import("./commands/scan.ts").then((module) => module.command),
      analyzers: () => import("./commands/analyzers.ts").then((module) => module.command),
      doctor: () => import("./commands/doctor.ts").then((module) => module.command),
      runs: () => import("./commands/runs.ts").then((module) => module.command),
      explain: () => import("./commands/explain.ts").then((module) => module.command),
      export: () => import("./commands/export.ts").then((module) => module.command),
      gc: () => import("./commands/gc.ts").then((module) => module.command),
      config: () => import("./commands/config.ts").then((module) => module.command),
      sandbox: () => import("./commands/sandbox.ts").then((module) => module.command),
    },
  });
}
