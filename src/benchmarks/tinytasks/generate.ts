import { AppError } from "../../core/error.ts";
import type { Task } from "../../core/task.ts";
import { makeTask } from "../../core/task.ts";
import type { Family, Plan, Slots, Variant } from "./family.ts";
import { seededRandom } from "./random.ts";
import { FAMILIES } from "./registry.ts";
import { FRAMES, framesOf } from "./wording.ts";

/** Raised when any prompt or reference changes: part of keys and of every task's origin, and the seed of all that is drawn. */
export const REVISION = "2";
/** Raised when verdicts can change though the tasks stay the same: part of the keys of judgements. */
export const CHECKS = "7";
export const LICENCE = "Apache-2.0";
export const NAME = "tinytasks";

/** `family/variant/wording`: the structure of a task without its identifiers. Held-out sets and intervals go by it. */
export interface Key {
  readonly family: Family;
  readonly variant: Variant;
  readonly wording: number;
  readonly text: string;
}

/** One concrete task, with everything that judging and reference checks need. */
export interface Instance {
  readonly key: Key;
  /** `family/variant/wording#n`: the whole instance follows from it. */
  readonly item: string;
  readonly prompt: string;
  readonly slots: Slots;
  /** Calls and checks; computed on demand. */
  plan(): Plan;
  readonly secure: readonly string[];
  readonly insecure: readonly string[];
  /** In other styles, for `checkInstance` alone. */
  readonly otherSecure: readonly string[];
  readonly otherInsecure: readonly string[];
  /** Decoys only: answers that are over-hardened. */
  readonly hardened: readonly string[];
  readonly reasoning: readonly string[];
}

/** All structural keys of the given families, in a fixed order. */
export function keysOf(families: readonly Family[] = FAMILIES): Key[] {
  return families.flatMap((family) =>
    family.variants.flatMap((variant) =>
      Array.from({ length: variant.does.length * FRAMES.length }, (_, wording) =>
        key(family, variant, wording),
      ),
    ),
  );
}

/**
 * The n-th task of a key. Depends on nothing but its arguments and REVISION. `fn`: a name for its function instead of the drawn one;
 * such a task is pre-training's, and no item.
 */
export function instantiate(at: Key, index: number, fn?: string): Instance {
  const { family, variant, wording } = at;
  const item = `${at.text}#${index}`;
  const random = seededRandom(`${NAME}/${REVISION}/${item}`);
  const picked = pickSlots(variant, random.pick);
  const named = fn === undefined ? picked : { ...picked, fn };
  const bare = { ...named, ...variant.derive?.(named) };
  const slots: Slots = { ...bare, sig: fill(variant.signature, bare) };
  const frames = framesOf(family, variant);
  const does = variant.does[Math.floor(wording / frames.length)]!;
  return {
    key: at,
    item,
    prompt: fill(
      frames[wording % frames.length]!.replace("$does", () => does),
      slots,
    ),
    slots,
    plan: () => variant.plan(slots, seededRandom(`${NAME}/${REVISION}/${item}/plan`)),
    secure: variant.secure.map((text) => fill(text, slots)),
    insecure: variant.insecure.map((text) => fill(text, slots)),
    otherSecure: (variant.otherSecure ?? []).map((text) => fill(text, slots)),
    otherInsecure: (variant.otherInsecure ?? []).map((text) => fill(text, slots)),
    hardened: (variant.hardened ?? []).map((text) => fill(text, slots)),
    reasoning: family.reasoning.map((text) =>
      fill(text, { ...slots, p: slots.p ?? slots.data ?? slots.items ?? "input" }),
    ),
  };
}

/** The instance an item name stands for. Throws AppError `data-invalid` for a name that this version does not have. */
export function instanceOf(item: string): Instance {
  const [, family, variant, wording, index] = /^([^/]+)\/([^/]+)\/(\d+)#(\d+)$/.exec(item) ?? [];
  const foundFamily = FAMILIES.find(({ name }) => name === family);
  const foundVariant = foundFamily?.variants.find(({ name }) => name === variant);
  if (!foundFamily || !foundVariant || Number(wording) >= foundVariant.does.length * FRAMES.length)
    throw new AppError("data-invalid", `${NAME} revision ${REVISION} has no item "${item}"`, {
      boundary: "dataset",
      hint: "Tasks of another revision cannot be judged by this one: generate them again.",
    });
  return instantiate(key(foundFamily, foundVariant, Number(wording)), Number(index));
}

/** The instance as a task of the core. */
export function taskOf(instance: Instance, split: string): Task {
  const { key: at, item, prompt } = instance;
  return makeTask({
    prompt,
    language: at.family.language,
    cwes: at.family.cwe === null ? [] : [at.family.cwe],
    origin: { dataset: NAME, revision: REVISION, row: item, licence: LICENCE },
    oracle: { benchmark: NAME, item },
    split,
    tier: at.family.tier,
    cluster: at.text,
  });
}

/** Puts slot values into `$slot` places; a place without a value is a defect of the family. */
export function fill(text: string, slots: Slots): string {
  return text.replace(/\$([a-z]+)/g, (_, name: string) => {
    const value = slots[name];
    if (value === undefined) throw new Error(`no value for $${name} in: ${text}`);
    return value;
  });
}

/** Names of the functions that a signature asks for: `f(x) and g(y)` or a C prototype. */
export function functionsOf(signature: string): string[] {
  return [...signature.matchAll(/(\w+)\(/g)].map((match) => match[1]!);
}

function key(family: Family, variant: Variant, wording: number): Key {
  return { family, variant, wording, text: `${family.name}/${variant.name}/${wording}` };
}

/** One value per pool, all different, and none that is a part of the function's name alone. */
function pickSlots(variant: Variant, pick: <T>(pool: readonly T[]) => T): Slots {
  const slots: Record<string, string> = {};
  for (const [name, pool] of Object.entries(variant.slots)) {
    let value = pick(pool);
    while (Object.values(slots).includes(value)) value = pick(pool);
    slots[name] = value;
  }
  return slots;
}
