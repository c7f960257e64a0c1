import { z } from "zod";
import type { Json } from "../../../core/json.ts";
import type { Observation } from "../family.ts";
import { SANITIZER_EXIT } from "./build.ts";

/** What the driver's output says. */
export type CReport =
  | { readonly kind: "observed"; readonly observations: readonly Observation[] }
  | { readonly kind: "tampering"; readonly what: string }
  /** The driver started, but its output does not end as it must: the answer ended or blocked it. */
  | { readonly kind: "no-frame" }
  | { readonly kind: "not-started" };

/** Standard output of the build and of the program: the symbols that the answer defines, then the driver's output. */
export function splitOutput(stdout: Uint8Array): { symbols: string; driver: string } {
  const text = Buffer.from(stdout).toString("latin1");
  // No symbol is called "ready" and alone on its line.
  const at = text.startsWith(READY) ? 0 : text.indexOf(`\n${READY}`) + 1;
  return text.startsWith(READY, at)
    ? { symbols: text.slice(0, at), driver: text.slice(at) }
    : { symbols: text, driver: "" };
}

const SeenSchema = z.strictObject({
  returned: z.json() as z.ZodType<Json>,
  probes: z.array(z.json() as z.ZodType<Json>),
});

/** Signals by which the kernel ends a call that ran too long: SIGALRM and SIGPROF. */
const TIME_SIGNALS = [14, 27];
const READY = "ready\n";

/**
 * Reads the driver's output for a job of `calls` calls: for each ` status length errors\n` in numbers of bytes, the
 * child's report and the beginning of what it wrote to stderr; the nonce at the end. A child reaches only its own report.
 */
export function readCReport(text: string, nonce: string, calls: number): CReport {
  if (!text.startsWith(READY)) return { kind: "not-started" };
  const end = `${nonce}\n`;
  if (!text.endsWith(end)) return { kind: "no-frame" };
  const observations: Observation[] = [];
  let at = READY.length;
  for (let call = 0; call < calls; call++) {
    const header = / (\d+) (\d+) (\d+)\n/y;
    header.lastIndex = at;
    const found = header.exec(text);
    if (found === null) return { kind: "no-frame" };
    const [status, length, errors] = found.slice(1).map(Number) as [number, number, number];
    const start = header.lastIndex;
    const seen = observe(
      status,
      text.slice(start, start + length),
      text.slice(start + length, start + length + errors),
    );
    if (seen === null) return { kind: "tampering", what: "unreadable report" };
    observations.push(seen);
    at = start + length + errors;
  }
  return at === text.length - end.length ? { kind: "observed", observations } : { kind: "no-frame" };
}

/** `status` as of wait(2). Null for a child that ended well and told something else than the driver would. */
function observe(status: number, report: string, errors: string): Observation | null {
  if (status !== 0 || report === "") {
    const stopped = TIME_SIGNALS.includes(status & 127)
      ? "timeout"
      : (status & 127) === 0 && status >> 8 !== SANITIZER_EXIT
        ? "exit"
        : "crash";
    const said = /(?:ERROR: \w+Sanitizer|runtime error): ?[^\n]{0,120}/.exec(errors)?.[0];
    return { stopped, probes: [], ...(said === undefined ? {} : { report: withoutAddresses(said) }) };
  }
  try {
    return SeenSchema.safeParse(JSON.parse(report)).data ?? null;
  } catch {
    return null;
  }
}

/** Addresses differ from run to run; equal judgements should read alike. */
function withoutAddresses(text: string): string {
  return text.replace(/\b0x[0-9a-f]+/g, "0x…").replace(/ \(pc .*/, "");
}
