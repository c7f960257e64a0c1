import { readCalibration } from "../app/calibration/calibration-file.ts";
import type { ResolvedConfig } from "../app/config.ts";
import { type PlannedStep, planRecipe } from "../app/plan-recipe.ts";
import { type RunOutcome, runRecipe } from "../app/run-recipe.ts";
import { reportSummary } from "../app/run-summaries.ts";
import { repeated } from "./arguments.ts";
import { catchInterrupts } from "./interrupt.ts";
import { print, printJson, say, terminalWidth } from "./output.ts";
import { openRenderer } from "./renderers/open-renderer.ts";
import type { RunFlags } from "./run-arguments.ts";

/** Runs a resolved config as the flags say: the plan only, or the run with progress, summary and the JSON line. */
export async function runConfig(
  config: ResolvedConfig,
  flags: RunFlags,
  rawArgs: readonly string[],
): Promise<undefined> {
  const { store } = flags;
  const fresh = repeated(rawArgs, "fresh");
  if (flags["dry-run"]) return showPlan(await planRecipe(config, { store, fresh }), flags.json === true);
  const calibration = flags.calibration === undefined ? undefined : await readCalibration(flags.calibration);
  const renderer = openRenderer(flags.progress);
  const tell = (message: string) => renderer.event({ at: Date.now(), type: "log", message });
  using interrupt = catchInterrupts(tell, "the same command goes on where it stopped");
  const { signal } = interrupt;
  let outcome: RunOutcome;
  try {
    outcome = await runRecipe(config, {
      store,
      signal,
      emit: renderer.event,
      fresh,
      calibration,
    });
  } finally {
    renderer.close();
  }
  const { report, record } = outcome;
  if (report !== null) {
    say(reportSummary(report, terminalWidth()));
    say(`report: ${report.html}`);
  }
  if (!flags.json) return;
  const headline = report?.headline ?? { before: null, after: null, delta: null };
  printJson({ run: record.id, report: report?.html ?? null, ...headline });
}

function showPlan(steps: readonly PlannedStep[], json: boolean): undefined {
  if (json) {
    printJson({ steps });
    return;
  }
  const idWidth = Math.max(...steps.map(({ id }) => id.length));
  for (const { id, title, stage, after, cached } of steps) {
    const waits = after.length === 0 ? "" : `  after ${after.join(", ")}`;
    print(`${cached ? "cached" : "run   "}  ${id.padEnd(idWidth)}  ${title} (${stage})${waits}`);
  }
  const cachedCount = steps.filter(({ cached }) => cached).length;
  print(`${steps.length} steps, ${cachedCount} cached`);
}
