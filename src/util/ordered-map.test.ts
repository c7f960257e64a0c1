import fc from "fast-check";
import { expect, test } from "vitest";
import { orderedMap } from "./ordered-map.ts";

test("results come in input order whatever the completion order, and concurrency is bounded", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (delays, concurrency) => {
        let running = 0;
        let most = 0;
        const work = async (delay: number, index: number) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, delay));
          running--;
          return index;
        };
        const results = await Array.fromAsync(orderedMap(delays, work, { concurrency }));
        expect(results).toEqual(delays.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(concurrency);
      },
    ),
    { numRuns: 30 },
  );
});

test("the window bounds what is read ahead of a slow head", async () => {
  let read = 0;
  function* source() {
    for (;;) yield read++;
  }
  let release = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const results = orderedMap(source(), (item) => (item === 0 ? slow : Promise.resolve()), {
    concurrency: 2,
    window: 10,
  });
  const first = results.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(read).toBeLessThanOrEqual(10);
  release();
  await first;
  await results.return();
});

test("a rejection is thrown after the running work has ended, and nothing new starts", async () => {
  const log: string[] = [];
  const work = async (item: number) => {
    if (item === 1) throw new Error("bad item");
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.push(`ended ${item}`);
  };
  const run = Array.fromAsync(orderedMap([0, 1, 2, 3, 4, 5], work, { concurrency: 3 }));
  await expect(run).rejects.toThrow("bad item");
  expect(log).toEqual(["ended 0", "ended 2"]);
});

test("leaving early waits for the running work", async () => {
  let ended = 0;
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    ended++;
  };
  for await (const _ of orderedMap([1, 2, 3, 4], work, { concurrency: 4 })) break;
  expect(ended).toBe(4);
});
