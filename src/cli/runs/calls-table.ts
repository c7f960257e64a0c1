import type { RunCalls } from "../../app/run-calls.ts";
import { dollars, duration, quantity } from "../renderers/figures.ts";
import { table } from "../table.ts";

const head = ["step", "role", "operation", "calls", "cached", "p50", "p95", "tokens/s", "cost", "errors"];

/** What `sectune runs show --calls` prints. */
export function callsTable({ calls, unreadableLines }: RunCalls): string {
  if (calls.length === 0) return "no calls: every step was cached, or none got that far";
  const rows = calls.map((group) => [
    group.step,
    group.role ?? "",
    group.op,
    quantity(group.calls),
    quantity(group.cached),
    group.p50Ms === null ? "" : duration(group.p50Ms),
    group.p95Ms === null ? "" : duration(group.p95Ms),
    group.outputTokensPerSecond === null ? "" : quantity(group.outputTokensPerSecond),
    group.usd === 0 ? "" : dollars(group.usd),
    errorsText(group.errors, group.repeatedRequests),
  ]);
  const lost = unreadableLines === 0 ? "" : `\n${unreadableLines} unreadable lines: the run was killed`;
  return table([head, ...rows]) + lost;
}

function errorsText(errors: Readonly<Record<string, number>>, repeated: number): string {
  const parts = Object.entries(errors).map(([code, count]) => `${quantity(count)} ${code}`);
  if (repeated > 0) parts.push(`${quantity(repeated)} requests repeated`);
  return parts.join(", ");
}
