import type { Benchmark } from "../core/benchmark.ts";
import { AppError } from "../core/error.ts";
import type { AnyStage } from "../core/stage.ts";
import type { AdapterPool } from "../engine/binding.ts";
import { suggestName } from "../util/nearest-name.ts";
import type { ResolvedConfig } from "./config-schema.ts";
import { asJson } from "./resolve-use.ts";

/** Splits that the steps of a plan name or take. */
export interface UsedSplits {
  readonly secure: readonly ReturnType<NonNullable<AnyStage["securitySplits"]>>[];
  readonly taken: readonly ReturnType<NonNullable<AnyStage["items"]>>[];
}

/**
 * Throws AppError `config-invalid` for splits that a benchmark does not have, that a plan names and that have no items with the
 * benchmark's settings, or whose security side is wanted and is not measured. Gives a note where splits that nobody named have no items.
 */
export async function checkSplits(
  { benchmarks, seed }: ResolvedConfig,
  { secure, taken }: UsedSplits,
  pool: AdapterPool,
): Promise<string[]> {
  const notes: string[] = [];
  for (const [index, { name, splits, config }] of benchmarks.entries()) {
    // Steps take a benchmark by its name: the first that has it.
    const first = benchmarks.findIndex((other) => other.name === name) === index;
    const items = first ? taken.find(({ benchmark }) => benchmark === name) : undefined;
    const grouped = first ? secure.flatMap((it) => (it.benchmark === name ? it.splits : [])) : [];
    if (splits === undefined && grouped.length === 0 && items === undefined) continue;
    const place = { port: "benchmark", adapter: name, config: asJson(config), transport: {} } as const;
    const benchmark = await pool.get<Benchmark>(place);
    requireKnown(benchmark, splits ?? []);
    const wanted = wantedSplits(benchmark, items?.splits ?? splits);
    const empty = items === undefined ? [] : await withoutItems(benchmark, wanted, seed);
    const measured = wanted.filter((split) => !empty.includes(split));
    const settings = Object.keys(config).length > 0 ? ` with ${JSON.stringify(config)}` : "";
    if (measured.length === 0 || (empty.length > 0 && items?.splits !== undefined))
      throw await noItems(benchmark, empty, settings, seed);
    if (empty.length > 0) {
      const where = `benchmarks[${index}] (${name})`;
      notes.push(
        `${where} has no items in ${empty.join(", ")}${settings}: the report is without these splits`,
      );
    }
    requireSecure(benchmark, measured, grouped);
  }
  return notes;
}

function wantedSplits({ splits }: Benchmark, named: readonly string[] | undefined): string[] {
  const wanted = splits.filter(({ name, onlyNamed }) => named?.includes(name) ?? !onlyNamed);
  return wanted.map(({ name }) => name);
}

async function withoutItems(benchmark: Benchmark, splits: readonly string[], seed: number) {
  const empty: string[] = [];
  for (const split of splits) if (!(await hasItem(benchmark, split, seed))) empty.push(split);
  return empty;
}

async function hasItem(benchmark: Benchmark, split: string, seed: number): Promise<boolean> {
  for await (const _ of benchmark.items({ splits: [split], limitPerSplit: 1, seed })) return true;
  return false;
}

function requireKnown({ name, splits }: Benchmark, named: readonly string[]): void {
  const known = splits.map((split) => split.name);
  const unknown = named.find((split) => !known.includes(split));
  if (unknown !== undefined)
    throw invalid(`the benchmark ${name} has no split \`${unknown}\``, suggestName(unknown, known));
}

function requireSecure({ name, splits }: Benchmark, measured: readonly string[], grouped: readonly string[]) {
  const usable = splits.flatMap((it) => (it.security && measured.includes(it.name) ? [it.name] : []));
  const unusable = grouped.find((split) => !usable.includes(split));
  if (unusable !== undefined)
    throw invalid(
      `\`${unusable}\` is no split with a security side that ${name} measures here`,
      suggestName(unusable, usable),
    );
}

async function noItems(benchmark: Benchmark, empty: readonly string[], settings: string, seed: number) {
  const all = benchmark.splits.map(({ name }) => name);
  const without = await withoutItems(benchmark, all, seed);
  const there = all.filter((split) => !without.includes(split));
  return invalid(
    `the benchmark ${benchmark.name} has no items in ${empty.join(", ")}${settings}`,
    `widen its settings in the recipe file, or choose \`splits\` that have items: ${there.join(", ") || "none has"}`,
  );
}

function invalid(message: string, hint?: string): AppError {
  return new AppError("config-invalid", message, { boundary: "config", hint });
}
