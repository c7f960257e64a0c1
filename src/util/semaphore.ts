/**
 * At most `size` holders at once, first come, first served. For bounds that several callers share; where one caller maps a
 * stream, `orderedMap` bounds it already.
 */
export class Semaphore {
  readonly #size: number;
  #held = 0;
  #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Runs `work` while holding a place; the place is given back however it ends. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#held < this.#size) this.#held++;
    // Whoever leaves hands the place over, so `#held` stays as it is.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#held--;
      else next();
    }
  }
}
