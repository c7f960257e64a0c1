import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdaptiveLimit, type Slot } from "./adaptive-limit.ts";
import { FakeClock } from "./fake-clock.ts";

const never = new AbortController().signal;

describe("AdaptiveLimit", () => {
  it("doubles per round at first, and grows by 5 % a round after an overload", () => {
    const limit = new AdaptiveLimit({ max: 256, initial: 10, coolDownMs: 0, clock: new FakeClock() });
    let slots = fill(limit);
    const sizes = [slots.length];
    for (let i = 0; i < 3; i++) {
      slots = round(limit, slots);
      sizes.push(slots.length);
    }
    expect(sizes).toEqual([10, 20, 40, 80]);
    for (let i = 0; i < 10; i++) limit.release(slots.pop()!, "overloaded");
    expect(limit.limit).toBe(56);
    for (const slot of slots.splice(0)) limit.release(slot, "neutral");
    slots = fill(limit);
    for (let i = 0; i < 5; i++) slots = round(limit, slots);
    expect(slots.length).toBeGreaterThanOrEqual(64);
    expect(slots.length).toBeLessThanOrEqual(70);
  });

  it("does not grow while it is not full", () => {
    const limit = new AdaptiveLimit({ max: 256, initial: 10, clock: new FakeClock() });
    for (let i = 0; i < 100; i++) limit.release(limit.tryAcquire()!, "success");
    expect(limit.limit).toBe(10);
  });

  it("counts one episode once, and neither grows nor falls while it cools", () => {
    const clock = new FakeClock();
    const limit = new AdaptiveLimit({ max: 100, initial: 100, coolDownMs: 1000, clock });
    const slots = fill(limit);
    for (const slot of slots.slice(0, 60)) limit.release(slot, "overloaded");
    expect(limit.limit).toBe(70);
    clock.advance(2000);
    // Started before the decrease: they say nothing new.
    for (const slot of slots.slice(60)) limit.release(slot, "overloaded");
    expect(limit.limit).toBe(70);
    // All refused again: no noise, so the next few lower it again.
    for (const slot of fill(limit)) limit.release(slot, "overloaded");
    expect(limit.limit).toBe(70);
    for (const slot of fill(limit)) limit.release(slot, "overloaded");
    expect(limit.limit).toBe(49);
    round(limit, fill(limit));
    expect(limit.limit).toBe(49);
  });

  it("grants first come, first served, and skips who gave up", async () => {
    const limit = new AdaptiveLimit({ max: 1, clock: new FakeClock() });
    const held = limit.tryAcquire()!;
    const stop = new AbortController();
    const order: number[] = [];
    const waiting = [never, stop.signal, never].map((signal, i) =>
      limit.acquire(signal).then(
        (slot) => {
          order.push(i);
          limit.release(slot, "success");
        },
        () => order.push(-i),
      ),
    );
    stop.abort();
    limit.release(held, "neutral");
    await Promise.all(waiting);
    expect(order).toEqual([-1, 0, 2]);
    expect(limit.inFlight).toBe(0);
  });

  it("grants nothing during a pause, the longer one of two counting", async () => {
    const clock = new FakeClock();
    const limit = new AdaptiveLimit({ max: 5, clock });
    limit.pause(1000);
    limit.pause(10);
    let granted = 0;
    const waiting = limit.acquire(never).then(() => granted++);
    clock.advance(999);
    await Promise.resolve();
    expect([granted, limit.tryAcquire()]).toEqual([0, null]);
    clock.advance(1);
    await waiting;
    expect(granted).toBe(1);
  });

  it("keeps its bounds and lets everybody through, whatever happens", async () => {
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.constant("ask" as const) },
      { weight: 5, arbitrary: fc.constant("success" as const) },
      { weight: 2, arbitrary: fc.constant("overloaded" as const) },
      fc.constant("neutral" as const),
      fc.constant("tick" as const),
      fc.constant("pause" as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        async (events, max, initial) => {
          const clock = new FakeClock();
          const limit = new AdaptiveLimit({ max, initial, coolDownMs: 50, clock });
          const held: Slot[] = [];
          let asked = 0;
          let granted = 0;
          const take = (slot: Slot) => {
            granted++;
            expect(limit.inFlight).toBeLessThanOrEqual(limit.limit);
            held.push(slot);
          };
          for (const what of events) {
            const before = limit.limit;
            if (what === "ask") {
              asked++;
              void limit.acquire(never).then(take);
            } else if (what === "tick") clock.advance(20);
            else if (what === "pause") limit.pause(30);
            else if (held.length > 0) limit.release(held.shift()!, what);
            expect(limit.limit).toBeGreaterThanOrEqual(1);
            expect(limit.limit).toBeLessThanOrEqual(max);
            expect(limit.limit).toBeGreaterThanOrEqual(Math.floor(before * 0.7) || 1);
            await Promise.resolve();
          }
          while (granted < asked) {
            clock.advance(30);
            for (const slot of held.splice(0)) limit.release(slot, "success");
            await Promise.resolve();
          }
          for (const slot of held.splice(0)) limit.release(slot, "neutral");
          expect(limit.inFlight).toBe(0);
        },
      ),
    );
  });

  it("settles near the capacity of a service that refuses beyond it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 200 }), (capacity) => {
        const clock = new FakeClock();
        const limit = new AdaptiveLimit({ max: 256, clock, coolDownMs: 100 });
        const sizes: number[] = [];
        for (let i = 0; i < 600; i++) {
          const slots = fill(limit);
          clock.advance(50);
          if (i >= 300) sizes.push(slots.length);
          for (const [k, slot] of slots.entries())
            limit.release(slot, k < capacity ? "success" : "overloaded");
        }
        const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
        expect(mean).toBeGreaterThan(capacity * 0.7);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(capacity * 1.4 + 10);
      }),
    );
  });

  it("is not driven down by a service that fails at random", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.01, max: 0.2, noNaN: true }), (seed, share) => {
        const random = randomFrom(seed);
        const clock = new FakeClock();
        const limit = new AdaptiveLimit({ max: 256, clock });
        let total = 0;
        let slots = fill(limit);
        for (let i = 0; i < 400; i++) {
          clock.advance(50);
          if (i >= 200) total += slots.length / 200;
          slots = round(limit, slots, () => random() >= share);
        }
        expect(total).toBeGreaterThan(100);
      }),
      { numRuns: 40 },
    );
  });

  it("finds the capacity of a service that also fails at random", () => {
    const random = randomFrom(5);
    const clock = new FakeClock();
    const limit = new AdaptiveLimit({ max: 256, clock, coolDownMs: 200 });
    let total = 0;
    let slots = fill(limit);
    for (let i = 0; i < 800; i++) {
      clock.advance(50);
      if (i >= 400) total += slots.length / 400;
      slots = round(limit, slots, (k) => k < 60 && random() > 0.05);
    }
    expect(total).toBeGreaterThan(40);
    expect(total).toBeLessThan(80);
  });
});

function fill(limit: AdaptiveLimit): Slot[] {
  const slots: Slot[] = [];
  for (let slot = limit.tryAcquire(); slot !== null; slot = limit.tryAcquire()) slots.push(slot);
  return slots;
}

/** Ends all of `slots`, refilling after each, as under load; gives what is in flight afterwards. */
function round(limit: AdaptiveLimit, slots: Slot[], succeeds = (_index: number) => true): Slot[] {
  const next: Slot[] = [];
  for (const [index, slot] of slots.entries()) {
    limit.release(slot, succeeds(index) ? "success" : "overloaded");
    next.push(...fill(limit));
  }
  return next;
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
