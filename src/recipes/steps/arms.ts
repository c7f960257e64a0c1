import { z } from "zod";
import type { Arm } from "./evaluation.ts";

/** Arms beyond the usual ones, by name: `tuned prompted`, `base generic-secure`, `base oracle`. */
export const ExtraArms = z
  .array(z.string().regex(/^(base|tuned) [a-z0-9-]+$/, "`base PROMPT` or `tuned PROMPT`"))
  .default([]);

export interface ArmOptions {
  /** The prompt that `prompted` stands for. */
  readonly tracePrompt: string;
  /** Also the base under that prompt (the paper's figure 6). */
  readonly promptedArm: boolean;
  readonly extraArms: readonly string[];
  /** `step.output` of the tuned checkpoint. */
  readonly checkpoint: string;
}

/** Base plain, base prompted, the extra ones, and last, because all are compared with it, tuned plain. */
export function secpiArms({ tracePrompt, promptedArm, extraArms, checkpoint }: ArmOptions): Arm[] {
  const names = [
    "base plain",
    ...(promptedArm ? ["base prompted"] : []),
    ...extraArms.filter((name) => !["base plain", "base prompted", "tuned plain"].includes(name)),
    "tuned plain",
  ];
  return [...new Set(names)].map((name) => {
    const [model, prompt = ""] = name.split(" ");
    const arm = {
      id: name.replace(" ", "-"),
      name,
      role: "target",
      variant: prompt === "prompted" ? tracePrompt : prompt,
    };
    return model === "tuned" ? { ...arm, checkpoint } : arm;
  });
}
