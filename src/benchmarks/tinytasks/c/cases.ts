import type { Json } from "../../../core/json.ts";
import { canonicalJson } from "../../../util/hash.ts";
import { ended } from "../cases.ts";
import type { Argument, Observation } from "../family.ts";

/** A reference answer: headers, then `$sig` with the body's lines. */
export function code(headers: string, ...body: readonly string[]): string {
  const includes = headers.split(" ").map((header) => `#include <${header}>\n`);
  const head = headers === "" ? "" : `${includes.join("")}\n`;
  return `${head}$sig {\n${body.map((line) => `    ${line}`).join("\n")}\n}`;
}

export function buffer(bytes: number, text = ""): Argument {
  return { $: "buffer", bytes, text };
}

/** For calls whose effect is in an argument. */
export function seeing(index: number) {
  return { probes: [{ kind: "argument", index }] } as const;
}

/** The call came back and the n-th probe saw something that satisfies `right`. */
export function after(right: (value: Json) => boolean, probe = 0): (observed: Observation) => boolean {
  return (observed) => ended(observed) && right(observed.probes[probe] ?? null);
}

/** The call came back with a value that satisfies `right`. */
export function gave(right: (value: Json) => boolean): (observed: Observation) => boolean {
  return (observed) => ended(observed) && observed.returned !== undefined && right(observed.returned);
}

/** `safe`, or the program was ended by the answer itself: what C does where there is no memory. */
export function orExit(safe: (observed: Observation) => boolean): (observed: Observation) => boolean {
  return (observed) => observed.stopped === "exit" || safe(observed);
}

export function same(wanted: Json): (value: Json) => boolean {
  const text = canonicalJson(wanted);
  return (value) => canonicalJson(value) === text;
}

/** Text that ends inside its memory and is the beginning of `whole`: truncation, down to nothing, is a safe answer. */
export function beginningOf(whole: string, atLeast = ""): (value: Json) => boolean {
  return (value) => typeof value === "string" && whole.startsWith(value) && value.startsWith(atLeast);
}
