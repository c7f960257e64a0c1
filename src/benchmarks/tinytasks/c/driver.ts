import { readFileSync } from "node:fs";
import type { Json } from "../../../core/json.ts";
import type { Argument, CArgument, Call, Probe } from "../family.ts";
import { SANITIZER_EXIT } from "./build.ts";

/** Processor time of one call; references need less than 0.01 s. */
const CPU_MICROSECONDS = 500_000;
/** Wall time of one call; for answers that wait instead of working. */
const WALL_MICROSECONDS = 3_000_000;
/** Longest text that a call may return. */
const MAX_RETURNED = 16_384;

const FIXED = readFileSync(new URL("./driver.c", import.meta.url), "utf8");

/**
 * The C program that makes the calls, to be linked with an answer that defines `prototype`. It holds calls and inputs,
 * nothing that says what is expected. It reads a nonce of `nonceCharacters` from standard input at its end.
 */
export function driverSource(prototype: string, calls: readonly Call[], nonceCharacters: number): string {
  return [
    `#define NONCE_CHARACTERS ${nonceCharacters}`,
    `#define SANITIZER_EXIT "${SANITIZER_EXIT}"`,
    `#define CPU_MICROSECONDS ${CPU_MICROSECONDS}`,
    `#define WALL_MICROSECONDS ${WALL_MICROSECONDS}`,
    FIXED,
    `${prototype};`,
    ...calls.map(
      (call, i) => `static void driver_call_${i}(void) {\n${callBody(prototype, call).join("\n")}\n}`,
    ),
    `static void (*const calls[])(void) = {${calls.map((_, i) => `driver_call_${i}`).join(", ")}};`,
    `int main(void) { return run(calls, ${calls.length}); }`,
    "",
  ].join("\n");
}

function callBody(prototype: string, call: Call): string[] {
  const type = prototype.slice(0, prototype.indexOf(`${call.fn}(`)).trim();
  if (type === "") throw new Error(`no return type of ${call.fn} in: ${prototype}`);
  const run = `${call.fn}(${call.args.map((_, i) => `a${i}`).join(", ")})`;
  const times = call.repeat ?? 1;
  const runs = Array.from({ length: times }, (_, i) =>
    type === "void" ? `${run};` : `${type} r${i} = ${run};`,
  );
  const values = runs.map((_, i) => putReturned(type, `r${i}`));
  const returned = call.repeat === undefined ? values : [putAll("["), ...between(values), putAll("]")];
  return [
    ...call.args.map((argument, i) => declare(argument, i)),
    ...runs,
    putAll('{"returned": '),
    ...returned,
    putAll(', "probes": ['),
    ...between((call.probes ?? []).map((probe) => putProbe(probe, call.args))),
    putAll("]}"),
  ];
}

/** Declares `a<i>`, the argument, and for those in memory `m<i>`, their block. */
function declare(argument: Argument, i: number): string {
  if (typeof argument === "number") return `long a${i} = ${argument}L;`;
  if (argument === null) return `void *a${i} = 0;`;
  if (typeof argument === "string") return `char *m${i} = ${textBlock(argument)}, *a${i} = m${i};`;
  if (isNumbers(argument)) {
    const bytes = argument.length * 4;
    const values = argument.length === 0 ? "0" : argument.join(", ");
    return `int d${i}[] = {${values}}; int *m${i} = block(d${i}, ${bytes}, ${bytes}), *a${i} = m${i};`;
  }
  const built = argument as CArgument;
  switch (built.$) {
    case "buffer":
      return `char *m${i} = ${textBlock(built.text, built.bytes)}, *a${i} = m${i};`;
    case "alias":
      return `char *a${i} = (char *)m${built.index} + ${built.offset};`;
    case "address":
      if (typeof built.of !== "string") break;
      return `char *m${i} = ${textBlock(built.of)}, *v${i} = m${i}, **a${i} = &v${i};`;
    case "constant":
      return `unsigned long a${i} = ${built.expression};`;
    case "stdout":
      return `FILE *a${i} = stdout;`;
  }
  throw new Error(`no C argument: ${JSON.stringify(argument)}`);
}

function putReturned(type: string, name: string): string {
  if (type === "void") return putAll("null");
  if (/^(?:const )?char \*$/.test(type)) return `driver_put_text(${name}, ${MAX_RETURNED});`;
  return type.endsWith("*") ? `driver_put_pointer(${name});` : `driver_put_number(${name});`;
}

function putProbe(probe: Probe, args: readonly Argument[]): string {
  if (probe.kind === "output") return "driver_put_output();";
  if (probe.kind === "room") return "driver_put_room(r0);";
  if (probe.kind === "freed") return `driver_put_freed(m${probe.index});`;
  const argument = probe.kind === "argument" ? args[probe.index] : undefined;
  if (probe.kind === "argument" && argument !== undefined) {
    const i = probe.index;
    if (typeof argument === "string") return `driver_put_text(a${i}, ${Buffer.byteLength(argument) + 1});`;
    if (isNumbers(argument)) return `driver_put_ints(a${i}, ${argument.length});`;
    const built = argument as CArgument;
    if (built.$ === "buffer") return `driver_put_text(a${i}, ${built.bytes});`;
    if (built.$ === "address") return `driver_put_text(v${i}, ${MAX_RETURNED});`;
  }
  throw new Error(`no C probe: ${JSON.stringify(probe)}`);
}

function isNumbers(argument: Argument): argument is number[] {
  return Array.isArray(argument) && argument.every((item: Json) => typeof item === "number");
}

function textBlock(text: string, bytes = Buffer.byteLength(text) + 1): string {
  return `block(${literal(text)}, ${Buffer.byteLength(text) + 1}, ${bytes})`;
}

function putAll(text: string): string {
  return `driver_put_all(${literal(text)});`;
}

/** Whatever is not a letter, digit or space, in octal: nothing to escape is forgotten. */
function literal(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) =>
    /[A-Za-z0-9 ]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, "0")}`,
  );
  return `"${bytes.join("")}"`;
}

function between(lines: readonly string[]): string[] {
  return lines.flatMap((line, i) => (i === 0 ? [line] : [putAll(","), line]));
}
