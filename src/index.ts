/** What programs use of SecTune; the command line is built on the same functions. */
export { type LoadOptions, loadConfig, parseConfig, type ResolvedConfig } from "./app/config.ts";
export { type PlannedStep, planRecipe } from "./app/plan-recipe.ts";
export { type RunOptions, type RunOutcome, runRecipe } from "./app/run-recipe.ts";
export { listRuns, readRun, runScores } from "./app/runs.ts";
export { AppError, type ErrorCode, isAppError } from "./core/error.ts";
export type { RunEvent } from "./core/event.ts";
export type { RunRecord } from "./core/run.ts";
export type { Score } from "./core/score.ts";
