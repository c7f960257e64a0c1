import { z } from "zod";
import type { Json } from "../../core/json.ts";
import type { Observation } from "./family.ts";
import { NONCE_CHARACTERS } from "./job.ts";

/** What the runner's output says. Everything in it may have been made by the answer, except that the frame is whole. */
export type Report =
  | { readonly kind: "observed"; readonly observations: readonly Observation[] }
  /** The answer could not be loaded: `SyntaxError`, `ImportError`, …, or `timeout` or `crash` while it was. */
  | { readonly kind: "unloadable"; readonly error: string }
  | { readonly kind: "tampering"; readonly what: string }
  /** The answer ran, but no whole frame came back: it ended or blocked the runner. */
  | { readonly kind: "no-frame" }
  /** The runner never got as far as the answer: a fault of the grader. */
  | { readonly kind: "not-started" };

const JsonSchema: z.ZodType<Json> = z.json() as z.ZodType<Json>;
/** `seen`: for each call and probe what the runner itself saw, or null where only the answer's process can tell. */
const ChildSchema = z.strictObject({
  start: z.number().int(),
  signal: z.number().int(),
  memory: z.number().int(),
  seen: z.array(z.array(z.strictObject({ value: JsonSchema }).nullable())),
  lines: z.string(),
});
const LineSchema = z.union([
  z.strictObject({ load: z.string() }),
  z.strictObject({ loaded: z.literal(true) }),
  z.strictObject({ tampering: z.string() }),
  z.strictObject({ call: z.number().int(), returned: JsonSchema, probes: z.array(JsonSchema) }),
  z.strictObject({
    call: z.number().int(),
    raised: z.string(),
    deliberate: z.boolean(),
    probes: z.array(JsonSchema),
  }),
]);
type Line = z.infer<typeof LineSchema>;

/** Signals by which the kernel ends a call that ran too long: SIGALRM and SIGPROF. */
const TIME_SIGNALS = [14, 27];

/** Reads the runner's standard output for a job of `calls` calls. */
export function readReport(stdout: string, nonce: string, calls: number): Report {
  if (!stdout.startsWith("ready\n")) return { kind: "not-started" };
  const frame = stdout.slice("ready\n".length);
  const end = `\n${nonce}\n`;
  if (nonce.length !== NONCE_CHARACTERS || !frame.startsWith(`${nonce}\n`) || !frame.endsWith(end))
    return { kind: "no-frame" };
  const children = parse(z.array(ChildSchema), frame.slice(nonce.length + 1, -end.length));
  if (children === null) return { kind: "no-frame" };
  const observations: Observation[] = [];
  for (const { start, signal, memory, seen, lines } of children) {
    if (start !== observations.length) return { kind: "tampering", what: "calls out of order" };
    const parts = lines.split("\n");
    const rest = parts.pop();
    let loaded = false;
    for (const part of parts) {
      const line = parse(LineSchema, part);
      if (line === null) return { kind: "tampering", what: "unreadable report" };
      if ("load" in line)
        return observations.length === 0 ? { kind: "unloadable", error: line.load } : OUT_OF_ORDER;
      if ("tampering" in line) return { kind: "tampering", what: line.tampering };
      if ("loaded" in line) {
        if (loaded) return OUT_OF_ORDER;
        loaded = true;
        continue;
      }
      if (!loaded) return OUT_OF_ORDER;
      if (line.call !== observations.length || line.call >= calls) return OUT_OF_ORDER;
      observations.push(observation(line, seen[line.call - start] ?? [], memory));
    }
    const stopped = TIME_SIGNALS.includes(signal) ? "timeout" : "crash";
    if (!loaded) return { kind: "unloadable", error: stopped };
    if (rest !== "" && signal === 0) return { kind: "tampering", what: "unfinished report" };
    if (observations.length < calls) observations.push({ stopped, probes: [] });
  }
  return observations.length === calls ? { kind: "observed", observations } : OUT_OF_ORDER;
}

const OUT_OF_ORDER: Report = { kind: "tampering", what: "calls out of order" };

function observation(
  line: Extract<Line, { call: number }>,
  seen: readonly ({ value: Json } | null)[],
  kibibytes: number,
): Observation {
  const { call: _, probes, ...observed } = line;
  return {
    ...observed,
    probes: seen.map((outside, i) => (outside === null ? (probes[i] ?? null) : outside.value)),
    peakMiB: kibibytes / 1024,
  };
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
