/** `850 ms`, `3.2 s`, `2m 05s`, `1h 02m`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** `950`, `12.3k`, `4.5M`. */
export function quantity(value: number): string {
  if (value < 10_000) return String(Math.round(value * 10) / 10);
  if (value < 9_995_000) return `${(value / 1000).toFixed(1)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

export function dollars(usd: number): string {
  return `$${usd < 1 ? usd.toFixed(4) : usd.toFixed(2)}`;
}

/** `40 tasks, 12 failures`: rows of a step's outputs. */
export function countsText(counts: Readonly<Record<string, number>>, failures: number): string {
  const parts = Object.entries(counts)
    .filter(([name]) => name !== "failures")
    .map(([name, count]) => `${quantity(count)} ${name}`);
  if (failures > 0) parts.push(`${quantity(failures)} failed items`);
  return parts.join(", ");
}
