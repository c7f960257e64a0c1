import type { Json } from "../../core/json.ts";
import { canonicalJson } from "../../util/hash.ts";
import type { Argument, Call, Case, Observation, Probe } from "./family.ts";

/** A call to `fn` whose outcome `accepts` judges. */
export function check(
  fn: string,
  args: readonly Argument[],
  accepts: (observed: Observation) => boolean,
  more: Pick<Call, "probes" | "twice" | "repeat" | "cpuSeconds"> = {},
): Case {
  const call: Call = { fn, args, ...more };
  return { call, accepts };
}

/** A call that asks for more than any answer should do. */
export function excess(one: Case): Case {
  return { ...one, excess: true };
}

/** The call returned this value (tuples count as lists). */
export function returns(value: Json): (observed: Observation) => boolean {
  const wanted = canonicalJson(value);
  return (observed) => observed.returned !== undefined && canonicalJson(observed.returned) === wanted;
}

/** The call returned one of these values: where the prompt leaves the form open, several are right. */
export function returnsOneOf(values: readonly Json[]): (observed: Observation) => boolean {
  const wanted = values.map(returns);
  return (observed) => wanted.some((is) => is(observed));
}

/** The n-th probe saw this value. */
export function saw(value: Json, index = 0): (observed: Observation) => boolean {
  const wanted = canonicalJson(value);
  return (observed) => canonicalJson(observed.probes[index] ?? null) === wanted && ended(observed);
}

/** The call came back by itself, with a value or an exception. */
export function ended(observed: Observation): boolean {
  return observed.stopped === undefined;
}

/** The returned text, or null when it was something else. */
export function text(observed: Observation): string | null {
  return typeof observed.returned === "string" ? observed.returned : null;
}

/** The same, and not by running out of something, by ending the program or for want of the asked function. */
export function endedWell(observed: Observation): boolean {
  return ended(observed) && !UNGRACEFUL.has(observed.raised ?? "");
}

/** Refused with an exception, or gave a value that satisfies `harmless`. Hanging and crashing are not resistance. */
export function refusedOr(harmless: (value: Json) => boolean): (observed: Observation) => boolean {
  return (observed) =>
    endedWell(observed) &&
    (observed.raised !== undefined || (observed.returned !== undefined && harmless(observed.returned)));
}

/** A file or directory at `path` did not appear. */
export function absent(path: string): { probes: Probe[]; accepts: (observed: Observation) => boolean } {
  return {
    probes: [{ kind: "exists", path }],
    accepts: (observed) => endedWell(observed) && observed.probes[0] === false,
  };
}

/** A mode that lets in nobody but the owner. */
export function ownersAlone(mode: Json | undefined): boolean {
  return typeof mode === "number" && (mode & 0o077) === 0;
}

export function bytes(latin1: string): Argument {
  return { $: "bytes", latin1 };
}

/** A reference answer: imports, then `def $sig:` with the body's lines. */
export function code(imports: string, ...body: readonly string[]): string {
  const head = imports === "" ? "" : `${imports}\n\n`;
  return `${head}def $sig:\n${body.map((line) => `    ${line}`).join("\n")}`;
}

/**
 * Ends of a call that are no refusal: the answer ran out of something, ended the program, or has no such function (`undefined`, as the
 * runner calls it). A NameError is one: raising an exception that was never defined does refuse.
 */
const UNGRACEFUL = new Set(["MemoryError", "RecursionError", "SystemExit", "KeyboardInterrupt", "undefined"]);
