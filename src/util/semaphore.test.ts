import { expect, it } from "vitest";
import { Semaphore } from "./semaphore.ts";

it("holds its bound, serves in order and gives places back after failures", async () => {
  const places = new Semaphore(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const work = async (i: number) => {
    order.push(i);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (i % 5 === 0) throw new Error("no");
  };
  const settled = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => places.use(() => work(i))));
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(8);
  await places.use(async () => expect(running).toBe(0));
});
