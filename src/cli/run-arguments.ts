import { type ProgressName, progressNames } from "./renderers/renderer.ts";

/** Options that every command with a run has. */
export const runArguments = {
  set: {
    type: "string" as const,
    valueHint: "a.b=c",
    description: "override a value of the recipe file; the value is YAML; may be given several times",
  },
  smoke: {
    type: "boolean" as const,
    description: "lay the file's `smoke` block over it: a tiny size, for a first look",
  },
  store: {
    type: "string" as const,
    valueHint: "DIR",
    description: "store; default: the recipe's, SECTUNE_HOME, ./.sectune",
  },
  fresh: {
    type: "string" as const,
    valueHint: "STEP",
    description: "make this step again although it is cached; may be given several times",
  },
  calibration: {
    type: "string" as const,
    valueHint: "FILE",
    description:
      "show what analyzers say of the answers, corrected by this file of `analyzers calibrate`, in the report",
  },
  "dry-run": {
    type: "boolean" as const,
    description: "print the plan with cached steps marked, and run nothing",
  },
  progress: {
    type: "enum" as const,
    options: [...progressNames] as ProgressName[],
    default: "auto",
    description: "how to show progress on stderr; json: one event per line",
  },
  json: { type: "boolean" as const, description: "end with one JSON line on stdout" },
};

export interface RunFlags {
  readonly smoke?: boolean | undefined;
  readonly store?: string | undefined;
  readonly calibration?: string | undefined;
  readonly "dry-run"?: boolean | undefined;
  readonly progress?: string | undefined;
  readonly json?: boolean | undefined;
}
