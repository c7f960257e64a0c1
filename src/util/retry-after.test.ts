import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import { retryAfterMs } from "./retry-after.ts";

const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");

it.each([
  [{ "retry-after": "3" }, 3000],
  [{ "retry-after": "0.25" }, 250],
  [{ "retry-after": " 7 " }, 7000],
  [{ "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT" }, 30_000],
  [{ "retry-after": "Wed, 21 Oct 2026 07:27:00 GMT" }, 0],
  [{ "retry-after-ms": "120", "retry-after": "9" }, 120],
  [{ "retry-after-ms": "soon", "retry-after": "9" }, 9000],
  [{ "retry-after": "-5" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{}, undefined],
])("reads %j", (headers: Record<string, string>, expected) => {
  expect(retryAfterMs((name) => headers[name], now)).toBe(expected);
});

it("backs off between half and all of a doubling ceiling", () => {
  const backoff = { baseMs: 100, maxMs: 1000 };
  expect([0, 1, 2, 3, 4, 50].map((attempt) => backoffMs(attempt, backoff, () => 1))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect(backoffMs(2, backoff, () => 0)).toBe(200);
});
