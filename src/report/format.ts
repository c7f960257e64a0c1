import type { Score } from "../core/score.ts";

/** Minus sign as wide as a plus; the hyphen looks like a dash in tables. */
const MINUS = "−";

/** `84.0`, `−3.7`; `–` where there is no number. */
export function decimal(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** `+77.0`, `−3.7`, `0.0`. */
export function signed(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const text = decimal(value);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** `[70.1, 83.5]`, empty where there is no interval. */
export function interval(score: Pick<Score, "interval"> | undefined): string {
  return score?.interval ? `[${decimal(score.interval.low)}, ${decimal(score.interval.high)}]` : "";
}

/** `p < 0.001`, `p = 0.012`, with no-break spaces. */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined) return "";
  return p < 0.001 ? "p\u00a0<\u00a00.001" : `p\u00a0=\u00a0${p.toFixed(3)}`;
}

/** `0.8 s`, `2 min 05 s`, `3 h 10 min`. */
export function duration(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `12,345`; numbers that are not whole get up to four significant digits. */
export function count(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}

/** `1.2 MB` (decimal units). */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let rest = value;
  while (rest >= 999.5 && at < units.length - 1) {
    rest /= 1000;
    at++;
  }
  return `${at === 0 || rest >= 99.5 ? rest.toFixed(0) : rest.toFixed(1)} ${units[at]}`;
}

/** `$0.00`, `$1.24`, `$0.0003`: never shows a cost as nothing. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? `$${usd.toPrecision(1)}` : `$${usd.toFixed(2)}`;
}

/** First twelve characters of a hash; anything else as it is. */
export function shortHash(value: string): string {
  return /^[0-9a-f]{32,}$/.test(value) ? value.slice(0, 12) : value;
}
