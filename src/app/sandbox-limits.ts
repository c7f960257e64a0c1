import { AppError } from "../core/error.ts";
import type { Limits } from "../core/sandbox.ts";
import { suggestName } from "../util/nearest-name.ts";

/** Reads `wall=5s`, `memory=256M` and the like into limits; the last of a name wins. Throws AppError `usage`. */
export function parseLimits(texts: readonly string[]): Limits {
  const limits: Record<string, number> = {};
  for (const text of texts) {
    const [name = "", value = ""] = text.split(/=(.*)/s, 2);
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof typeof rules] : undefined;
    if (rule === undefined) {
      const names = Object.keys(rules);
      throw usage(`--limit ${text}: there is no limit \`${name}\``, suggestName(name, names));
    }
    const match = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(value);
    const factor = match && unitFactor(rule.units, match[2] ?? "");
    const amount = match && factor ? Math.round(Number(match[1]) * factor) : 0;
    if (amount < 1)
      throw usage(`--limit ${text}: cannot read \`${value}\``, `for example ${name}=${rule.example}`);
    limits[rule.key] = amount;
  }
  return limits;
}

/** The names with an example each, for the help text. */
export function describeLimits(): string {
  return Object.entries(rules)
    .map(([name, { example }]) => `${name}=${example}`)
    .join(", ");
}

const MIB = 1024 * 1024;
type Units = Readonly<Record<string, number>>;
const bytes: Units = { "": 1, b: 1, k: 1024, m: MIB, g: 1024 * MIB, kib: 1024, mib: MIB, gib: 1024 * MIB };
const milliseconds: Units = { "": 1000, ms: 1, s: 1000, m: 60_000 };
const seconds: Units = { "": 1, s: 1, m: 60 };
const count: Units = { "": 1, k: 1000 };

const rules = {
  wall: { key: "wallMs", units: milliseconds, example: "5s" },
  cpu: { key: "cpuSeconds", units: seconds, example: "10s" },
  memory: { key: "memoryBytes", units: bytes, example: "256M" },
  processes: { key: "processes", units: count, example: "64" },
  disk: { key: "diskBytes", units: bytes, example: "64M" },
  files: { key: "files", units: count, example: "10000" },
  output: { key: "outputBytes", units: bytes, example: "1M" },
} as const satisfies Record<string, { key: keyof Limits; units: Units; example: string }>;

function unitFactor(units: Units, unit: string): number | undefined {
  return units[unit.toLowerCase()];
}

function usage(message: string, hint: string): AppError {
  return new AppError("usage", message, { boundary: "config", hint });
}
