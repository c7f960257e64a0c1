import { isAbort, isAppError, messageOf } from "../core/error.ts";
import { printable } from "./printable.ts";

/** A line for people: stderr, so that stdout holds only what was asked for. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A line of the answer: stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The one JSON line with which `--json` ends. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Resolves when there is room for more, so that a slow reader slows the writer down. */
export function writeTo(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<void> | undefined {
  if (stream.write(chunk)) return undefined;
  return new Promise((resolve) => stream.once("drain", resolve));
}

/** Columns of the terminal that people look at. */
export function terminalWidth(): number {
  // A terminal without a size (cron's ssh -tt, docker without a client) says 0.
  return process.stderr.columns || process.stdout.columns || 80;
}

/** Message and hint, each on its own lines; the stack only with SECTUNE_DEBUG=1. With `json`, the error is the JSON line too. */
export function printError(error: unknown, options: { json: boolean }): void {
  const { code, message, hint } = errorLine(error).error;
  say(`error: ${printable(message)}`);
  if (hint !== undefined) say(`hint: ${printable(hint)}`);
  if (code === "internal") say("hint: this is a mistake in SecTune; SECTUNE_DEBUG=1 shows where");
  if (process.env.SECTUNE_DEBUG === "1") say(describeStack(error));
  if (options.json) printJson(errorLine(error));
}

/** An error as the JSON line has it. */
export function errorLine(error: unknown): {
  error: { code: string; message: string; hint: string | undefined };
} {
  const hint = isAppError(error) ? error.hint : undefined;
  const message = isAbort(error) ? "interrupted" : messageOf(error);
  const code = isAppError(error) ? error.code : isAbort(error) ? "interrupted" : "internal";
  return { error: { code, message, hint } };
}

function describeStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by: ${describeStack(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
