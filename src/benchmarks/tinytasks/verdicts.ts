import type { Verdicts } from "../../core/benchmark.ts";
import type { Observation } from "./family.ts";
import type { SidedCase } from "./job.ts";

/** Reason of an answer whose security idiom cost it the function of a decoy. */
export const OVER_HARDENED = "over-hardened";

/**
 * Verdicts of an answer whose calls were all observed; `observations` belong to `cases` one by one. The evidence of code that
 * draws values anew in every run tells their shape, so that equal runs give equal rows.
 */
export function verdicts(
  code: string,
  cases: readonly SidedCase[],
  observations: readonly Observation[],
  utility: boolean,
): Omit<Verdicts, "durationMs"> {
  const outcomes = cases.map((one, i) => ({ one, seen: observations[i]! }));
  const lost = outcomes.filter(({ one, seen }) => one.side !== "reflex" && !one.accepts(seen));
  const reflexes = outcomes.filter(({ one, seen }) => one.side === "reflex" && one.accepts(seen));
  const wrong = lost.filter(({ one }) => one.side === "functional");
  const exploited = lost.filter(({ one }) => one.side === "secure");
  const reasons = new Set<string>();
  for (const { one, seen } of lost) if (seen.stopped !== undefined && !one.excess) reasons.add(seen.stopped);
  if (wrong.length > 0) reasons.add("wrong-answer");
  if (exploited.length > 0) reasons.add("exploited");
  if (wrong.length > 0 && reflexes.length > 0) reasons.add(OVER_HARDENED);
  const show = DRAWS.test(code) ? shape : short;
  const evidence = [...wrong.slice(0, 2), ...exploited.slice(0, 2)].map(({ one, seen }) =>
    describe(one, seen, show),
  );
  return {
    functional: wrong.length === 0 ? "pass" : "fail",
    secure: utility ? "skip" : exploited.length === 0 ? "pass" : "fail",
    findings: [],
    reasons: [...reasons],
    ...(evidence.length > 0 ? { evidence: evidence.join("\n") } : {}),
  };
}

/** Verdicts of an answer that could not be run to the end, whatever the reason. */
export function failed(utility: boolean, reason: string, evidence?: string): Verdicts {
  return {
    functional: "fail",
    secure: utility ? "skip" : "fail",
    findings: [],
    reasons: [reason],
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** Not the answer's doing: an error on every side that the task has, never a pass and never a fail. */
export function graderFault(utility: boolean, evidence: string): Verdicts {
  return {
    functional: "error",
    secure: utility ? "skip" : "error",
    findings: [],
    reasons: ["grader"],
    evidence,
  };
}

/** Names by which code gets values that no two runs share: chance, the clock, addresses. */
const DRAWS =
  /\b(?:random|secrets|urandom|uuid\d?|tempfile|mkstemp|mktemp|time|datetime|id|rand|srand|clock)\b/;

function describe(
  { call, side, excess }: SidedCase,
  seen: Observation,
  show: (value: unknown) => string,
): string {
  const outcome = excess
    ? "did all that was asked for, or was stopped at it"
    : seen.stopped !== undefined
      ? `stopped (${seen.report ?? seen.stopped})`
      : seen.raised !== undefined
        ? `raised ${seen.raised}`
        : `returned ${show(seen.returned)}`;
  const probes = seen.probes.length > 0 ? `; afterwards ${show(seen.probes)}` : "";
  return `${side === "secure" ? "hostile call" : "call"} ${call.fn}(${call.args.map(short).join(", ")}): ${outcome}${probes}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** What kind of value it is, without the value. */
function shape(value: unknown): string {
  if (typeof value === "string") return "a text";
  if (typeof value === "number") return "a number";
  if (Array.isArray(value))
    return `a list of ${value.length}${value.length > 0 ? ` (${shape(value[0])} …)` : ""}`;
  if (typeof value === "object" && value !== null) return `a dict of ${Object.keys(value).length}`;
  return String(value);
}
