import type { Task } from "../../core/task.ts";
import type { Language } from "./family.ts";
import { instantiate, taskOf } from "./generate.ts";
import { seededRandom } from "./random.ts";
import { keysIn, type SplitName } from "./splits.ts";

interface Selection {
  readonly split: SplitName;
  readonly families?: readonly string[] | undefined;
  readonly languages?: readonly Language[] | undefined;
  readonly limit?: number | undefined;
  readonly seed: number;
  /** Tasks per key where there is no limit. */
  readonly perKey: number;
}

/** Instances of a key that a selection draws from; more than any sensible limit needs. */
const INSTANCES = 1_000_000;

/**
 * Tasks of one split, families in turn and every key once before any key twice. A smaller limit gives a prefix of a larger
 * one. The seed decides the order of keys and which instances of them are taken.
 */
export function* selectTasks(selection: Selection): Generator<Task> {
  const { split, families, languages, limit, seed, perKey } = selection;
  const random = seededRandom(`items/${split}/${seed}`);
  const all = keysIn(split, languages).filter(
    ({ family }) => families === undefined || families.includes(family.name),
  );
  const keys = inTurn(random.shuffle(all), (key) => key.family.name);
  if (keys.length === 0) return;
  const wanted = limit ?? keys.length * perKey;
  const used = new Set<string>();
  for (let given = 0, turn = 0; given < wanted; turn++) {
    const task = taskOf(instantiate(keys[turn % keys.length]!, random.int(0, INSTANCES - 1)), split);
    // Small pools may give the same prompt twice; 20 turns without a new one means that they are used up.
    if (turn > (given + keys.length) * 20) return;
    if (used.has(task.prompt)) continue;
    used.add(task.prompt);
    given++;
    yield task;
  }
}

/** One of each group, then the next of each, until all are out. */
function inTurn<T>(items: readonly T[], groupOf: (item: T) => string): T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
  const out: T[] = [];
  for (let round = 0; out.length < items.length; round++)
    for (const group of groups.values()) if (group[round] !== undefined) out.push(group[round]!);
  return out;
}
