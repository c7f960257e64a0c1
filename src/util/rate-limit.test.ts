import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "./fake-clock.ts";
import { RateLimit } from "./rate-limit.ts";

const noSignal = new AbortController().signal;

/** Lets promises that are ready go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("in no minute more than allowed, evenly spread, and hardly less", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1200 }), fc.nat(120_000), async (perMinute, idleMs) => {
      const clock = new FakeClock();
      const limit = new RateLimit({ perMinute, clock });
      clock.advance(idleMs);
      const times: number[] = [];
      for (let i = 0; i < perMinute * 2 + 50; i++)
        void limit.take(1, noSignal).then(() => times.push(clock.now()));
      for (let ms = 0; ms < 120_000; ms += 50) {
        clock.advance(50);
        await Promise.resolve();
      }
      await settle();
      for (const [i, at] of times.entries()) {
        const sameMinute = times[i + perMinute];
        if (sameMinute !== undefined) expect(sameMinute - at).toBeGreaterThanOrEqual(60_000 - 60);
      }
      expect(times.length).toBeGreaterThanOrEqual(Math.floor(perMinute * 2 * 0.99) - 1);
      const firstSecond = times.filter((at) => at - idleMs <= 1000).length;
      expect(firstSecond).toBeLessThanOrEqual(Math.ceil(perMinute / 50) + 1);
    }),
    { numRuns: 10 },
  );
});

test("amounts above the store leave a debt, which corrections change", async () => {
  const clock = new FakeClock();
  const limit = new RateLimit({ perMinute: 60_000, clock });
  const order: string[] = [];
  const take = (name: string, amount: number) =>
    void limit.take(amount, noSignal).then(() => order.push(name));
  take("a", 5000);
  take("b", 100);
  take("c", 100);
  await settle();
  expect(order).toEqual(["a"]);
  clock.advance(4900);
  await settle();
  expect(order).toEqual(["a"]);
  // 5000 were charged and 1000 used: the debt of b is gone, and of c as well.
  limit.adjust(-4000);
  await settle();
  expect(order).toEqual(["a", "b"]);
  limit.adjust(10_000);
  clock.advance(9000);
  await settle();
  expect(order).toEqual(["a", "b"]);
  clock.advance(1500);
  await settle();
  expect(order).toEqual(["a", "b", "c"]);
});

test("who gives up is charged nothing and holds nobody up", async () => {
  const clock = new FakeClock();
  const limit = new RateLimit({ perMinute: 60, clock });
  const given = new AbortController();
  const order: string[] = [];
  await limit.take(1, noSignal);
  const gone = limit.take(1, given.signal);
  void limit.take(1, noSignal).then(() => order.push("next"));
  given.abort(new Error("enough"));
  await expect(gone).rejects.toThrow("enough");
  await expect(limit.take(1, given.signal)).rejects.toThrow("enough");
  clock.advance(1000);
  await settle();
  expect(order).toEqual(["next"]);
  clock.advance(1000);
  await limit.take(1, noSignal);
});
