import { isAbort, isAppError } from "../core/error.ts";

/** Exit codes of the command line; documented in `sectune --help`. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  prerequisite: 3,
  budget: 4,
  interrupted: 130,
} as const;

export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) return exitCodes.interrupted;
  if (!isAppError(error)) return exitCodes.failed;
  switch (error.code) {
    case "usage":
    case "config-invalid":
      return exitCodes.usage;
    case "prerequisite-missing":
      return exitCodes.prerequisite;
    case "budget-reached":
      return exitCodes.budget;
    case "interrupted":
      return exitCodes.interrupted;
    default:
      return exitCodes.failed;
  }
}
