import { stripVTControlCharacters } from "node:util";
import { parseArgs, renderUsage } from "citty";
import { AppError, messageOf } from "../core/error.ts";
import { suggestName } from "../util/nearest-name.ts";
import { type AnyCommand, checkArguments, ownArguments, usage } from "./arguments.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { print, printError } from "./output.ts";

/** What a command's `run` may give back: its exit code. */
type Result = number | undefined;

/** Finds the command, checks its arguments, runs it and gives the exit code. Prints errors; never throws. */
export async function dispatch(root: AnyCommand, argv: readonly string[]): Promise<number> {
  try {
    return await route(root, argv, []);
  } catch (error) {
    printError(error, { json: ownArguments(argv).includes("--json") });
    return exitCodeOf(error);
  }
}

async function route(
  command: AnyCommand,
  argv: readonly string[],
  parents: readonly string[],
): Promise<number> {
  const meta = await resolve(command.meta);
  const path = [...parents, meta?.name ?? ""];
  const name = path.join(" ");
  const subCommands = await resolve(command.subCommands);
  if (subCommands === undefined) return runLeaf(command, argv, parents, name);

  const [first, ...rest] = argv;
  if (first === undefined) {
    process.stderr.write(`${await help(command, parents)}\n`);
    throw usage(`${name}: which command?`, name);
  }
  if (first === "--help" || first === "-h") {
    print(await help(command, parents));
    return exitCodes.done;
  }
  if (first === "--version" && meta?.version !== undefined) {
    print(meta.version);
    return exitCodes.done;
  }
  if (first.startsWith("-")) throw usage(`${name}: unknown option \`${first}\``, name);
  if (!Object.hasOwn(subCommands, first)) {
    throw usage(`${name}: unknown command \`${first}\``, name, suggestName(first, Object.keys(subCommands)));
  }
  return route((await resolve(subCommands[first])) as AnyCommand, rest, path);
}

async function runLeaf(
  command: AnyCommand,
  argv: readonly string[],
  parents: readonly string[],
  name: string,
): Promise<number> {
  const own = ownArguments(argv);
  if (own.includes("--help") || own.includes("-h")) {
    print(await help(command, parents));
    return exitCodes.done;
  }
  const definitions = (await resolve(command.args)) ?? {};
  checkArguments(argv, definitions, name);
  const args = parse(argv, definitions, name);
  const result: Result = await command.run?.({ rawArgs: [...argv], args, cmd: command });
  return result ?? exitCodes.done;
}

function parse(argv: readonly string[], definitions: Parameters<typeof parseArgs>[1], name: string) {
  try {
    return parseArgs([...argv], definitions);
  } catch (cause) {
    // citty's own errors are about missing and invalid values.
    const message = `${name}: ${stripVTControlCharacters(messageOf(cause))}`;
    throw new AppError("usage", message, { boundary: "config", hint: `see \`${name} --help\``, cause });
  }
}

/** citty colours its usage text whether or not it goes to a terminal. */
async function help(command: AnyCommand, parents: readonly string[]): Promise<string> {
  const text = await renderUsage(command, { meta: { name: parents.join(" ") } });
  const trimmed = text.replace(/ +$/gm, "");
  return process.stdout.isTTY ? trimmed : stripVTControlCharacters(trimmed);
}

function resolve<T>(value: T | Promise<T> | (() => T | Promise<T>)): T | Promise<T> {
  return typeof value === "function" ? (value as () => T | Promise<T>)() : value;
}
