import type { SarifNotification } from "../../algorithms/sarif/read-sarif.ts";
import type { FailureReason } from "../../core/analyzer.ts";
import type { Trouble } from "./tool-output.ts";

/**
 * Why a notification makes silence mean nothing: it is an error, or a warning in whose words something was not read, not finished or
 * left out. Undefined for what is none of these (a warning about style of configuration, a note that a file was read).
 */
export function notificationTrouble({ id, message, level }: SarifNotification): Trouble | undefined {
  const said = `${/success/i.test(id) ? "" : id} ${message}`;
  if (level !== "error" && !(level === "warning" && leftOut.test(said))) return undefined;
  return { reason: reasonIn(said), message: message || id || "the tool reports an error" };
}

const leftOut =
  /pars(e|ing)|syntax|lexical|timed? ?-?out|out of memory|skipp|crash|abort|incomplete|partial|(could|can|was|were|did) ?no?t|cannot|unable|fail/i;

function reasonIn(said: string): FailureReason {
  if (/timed? ?-?out/i.test(said)) return "timed-out";
  return /unparsable|pars(e|ing)|syntax|lexical|extract/i.test(said) ? "unparsable" : "crashed";
}
