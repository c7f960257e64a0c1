import type { Taint } from "./taint.ts";

/** What variables hold at one place. Undefined: nothing was ever given to it. */
export interface Held {
  get(name: string): Taint | null | undefined;
}

interface Change {
  readonly step: number;
  readonly taint: Taint | null;
}

/** What variables come to hold, step by step, so that any step passed can be looked at again. */
export class Variables implements Held {
  readonly #changes = new Map<string, Change[]>();

  /** As things stand now. */
  get(name: string): Taint | null | undefined {
    return this.#changes.get(name)?.at(-1)?.taint;
  }

  /** As things stood when fewer than `step` steps were done. */
  before(step: number): Held {
    return {
      get: (name) => this.#changes.get(name)?.findLast((change) => change.step < step)?.taint,
    };
  }

  /** The step at which a name was last changed. */
  changedAt(name: string): number | undefined {
    return this.#changes.get(name)?.at(-1)?.step;
  }

  set(name: string, step: number, taint: Taint | null): void {
    const changes = this.#changes.get(name);
    if (changes === undefined) this.#changes.set(name, [{ step, taint }]);
    else changes.push({ step, taint });
  }

  names(): Iterable<string> {
    return this.#changes.keys();
  }
}

/** Variables of an inner scope in front of those around it. */
export function inFrontOf(outer: Held, inner: ReadonlyMap<string, Taint | null>): Held {
  return { get: (name) => (inner.has(name) ? inner.get(name) : outer.get(name)) };
}
