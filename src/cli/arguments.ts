import type { ArgsDef, CommandDef } from "citty";
import { AppError } from "../core/error.ts";
import { suggestName } from "../util/nearest-name.ts";

// biome-ignore lint/suspicious/noExplicitAny: a table of commands holds commands of all arguments
export type AnyCommand = CommandDef<any>;

/** The arguments before `--`; what follows it belongs to the program that the command runs. */
export function ownArguments(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end < 0 ? argv : argv.slice(0, end);
}

/** Refuses what citty lets pass: unknown flags, flags without their value, arguments too many. Throws AppError `usage`. */
export function checkArguments(argv: readonly string[], args: ArgsDef, command: string): void {
  const flags = flagTable(args);
  const places = Object.values(args).filter(({ type }) => type === "positional");
  const positionals = places.some(takesRest) ? Number.POSITIVE_INFINITY : places.length;
  const own = ownArguments(argv);
  let seen = 0;
  for (let index = 0; index < own.length; index++) {
    const argument = own[index]!;
    if (!argument.startsWith("-") || argument === "-") {
      if (++seen > positionals) throw usage(`${command}: unexpected argument \`${argument}\``, command);
      continue;
    }
    const [name = ""] = argument.split("=", 1);
    const flag = flags.get(name);
    if (flag === undefined) {
      throw usage(
        `${command}: unknown option \`${name}\``,
        command,
        suggestName(name, suggestions(flags, name)),
      );
    }
    if (flag === "boolean" || argument.includes("=")) continue;
    const value = own[++index];
    if (value === undefined || (value.startsWith("-") && flags.has(value.split("=", 1)[0]!))) {
      throw usage(`${command}: \`${name}\` needs a value`, command);
    }
  }
}

/** All arguments that are no options, for a command whose last positional takes any number (`valueHint: "NAME..."`). */
export function restArguments(argv: readonly string[], args: ArgsDef): string[] {
  const flags = flagTable(args);
  const own = ownArguments(argv);
  return own.filter((argument, index) => {
    if (argument.startsWith("-") && argument !== "-") return false;
    const before = own[index - 1];
    const isValue = before?.startsWith("--") && !before.includes("=") && flags.get(before) === "value";
    return !isValue;
  });
}

/** All values of an option that may be given several times; citty keeps only the last. */
export function repeated(argv: readonly string[], name: string): string[] {
  const own = ownArguments(argv);
  return own.flatMap((argument, index) => {
    if (argument === `--${name}`) return own[index + 1] ?? [];
    return argument.startsWith(`--${name}=`) ? argument.slice(name.length + 3) : [];
  });
}

/** A whole number of at least `minimum`, or undefined where the option is not given. */
export function wholeNumber(text: string | undefined, name: string, minimum = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= minimum) return value;
  throw new AppError("usage", `--${name} ${text}: expected a whole number of at least ${minimum}`, {
    boundary: "config",
  });
}

/** The value of an option that is JSON. */
export function jsonOption(text: string, name: string, command: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${command}: --${name} ${text}: expected JSON`, command);
  }
}

export function usage(message: string, command: string, suggestion?: string): AppError {
  const help = `\`${command} --help\` shows what there is`;
  return new AppError("usage", message, {
    boundary: "config",
    hint: suggestion === undefined ? help : `${suggestion} (${help})`,
  });
}

function takesRest(definition: ArgsDef[string]): boolean {
  return "valueHint" in definition && definition.valueHint?.endsWith("...") === true;
}

/** Long forms; the `--no-` ones only for a name that begins like them. */
function suggestions(flags: ReadonlyMap<string, unknown>, name: string): string[] {
  const long = [...flags.keys()].filter((flag) => flag.startsWith("--"));
  return long.filter((flag) => flag.startsWith("--no-") === name.startsWith("--no-"));
}

/** Every spelling of every option, and whether it takes a value. */
function flagTable(args: ArgsDef): Map<string, "boolean" | "value"> {
  const flags = new Map<string, "boolean" | "value">([
    ["--help", "boolean"],
    ["-h", "boolean"],
  ]);
  for (const [name, { type, ...rest }] of Object.entries(args)) {
    if (type === "positional") continue;
    const takes = type === "boolean" ? "boolean" : "value";
    flags.set(`--${name}`, takes);
    if (takes === "boolean") flags.set(`--no-${name}`, takes);
    const aliases = "alias" in rest && rest.alias !== undefined ? [rest.alias].flat() : [];
    for (const alias of aliases) flags.set(alias.length === 1 ? `-${alias}` : `--${alias}`, takes);
  }
  return flags;
}
