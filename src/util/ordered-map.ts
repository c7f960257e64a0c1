/**
 * Maps a stream with bounded concurrency and yields results in input order.
 *
 * At most `concurrency` calls of `work` run at once, and at most `window` items are between being read and being yielded, so
 * memory stays bounded when the head is slow. After the first rejection nothing more is started, the work that still runs is
 * waited for (nothing goes on behind the caller's back), and the rejection is thrown.
 */
export async function* orderedMap<I, O>(
  items: AsyncIterable<I> | Iterable<I>,
  work: (item: I, index: number) => Promise<O>,
  options: { concurrency: number; window?: number },
): AsyncGenerator<O, void, void> {
  const window = Math.max(options.window ?? options.concurrency * 8, options.concurrency);
  const source = iterate(items);
  const queue: Slot<O>[] = [];
  let running = 0;
  let started = 0;
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wake = () => {};

  const start = (item: I): void => {
    const slot: Slot<O> = { state: "running" };
    queue.push(slot);
    running++;
    work(item, started++).then(
      (value) => {
        slot.state = "done";
        slot.value = value;
        running--;
        wake();
      },
      (error: unknown) => {
        failure ??= { error };
        running--;
        wake();
      },
    );
  };

  try {
    for (;;) {
      while (!ended && failure === undefined && running < options.concurrency && queue.length < window) {
        const next = await source.next();
        if (next.done) ended = true;
        else start(next.value);
      }
      if (failure !== undefined) throw failure.error;
      const head = queue[0];
      if (head === undefined) return;
      if (head.state === "done") {
        queue.shift();
        yield head.value as O;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    ended = true;
    while (running > 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await source.return?.();
  }
}

interface Slot<O> {
  state: "running" | "done";
  value?: O;
}

function iterate<I>(items: AsyncIterable<I> | Iterable<I>): AsyncIterator<I> {
  if (Symbol.asyncIterator in items) return items[Symbol.asyncIterator]();
  const iterator = items[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => {
      iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
