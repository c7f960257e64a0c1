/** Value of a reply header by its lower-case name. */
export type HeaderLookup = (name: string) => string | undefined;

/**
 * How long a reply asks its client to wait, in milliseconds: `retry-after-ms` (a de-facto standard of model providers), else
 * `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3) against `epochMs`. Undefined when there is none that can be read.
 */
export function retryAfterMs(header: HeaderLookup, epochMs: number): number | undefined {
  const exact = seconds(header("retry-after-ms"));
  if (exact !== undefined) return Math.ceil(exact);
  const value = header("retry-after");
  const delay = seconds(value);
  if (delay !== undefined) return Math.ceil(delay * 1000);
  // A date has letters; Date.parse would take "-5" or "2" for a year.
  if (value === undefined || !/[a-z]{3}/i.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - epochMs);
}

function seconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}
