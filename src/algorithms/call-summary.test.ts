import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CallRecord } from "../core/call-record.ts";
import { CallSummaries } from "./call-summary.ts";
import { assignLanes } from "./lanes.ts";

const made = (more: Partial<CallRecord>): CallRecord => ({
  ...{ key: "k", step: "traces", role: "teacher", port: "model", adapter: "mock", op: "generate" },
  ...{ sampleIndex: 0, queuedAt: 0, startedAt: 0, durationMs: 10, cached: false },
  ...more,
});
const summarise = (records: readonly CallRecord[]) => {
  const summaries = new CallSummaries();
  for (const record of records) summaries.add(record);
  return summaries.summaries();
};

describe("summary of calls", () => {
  it("counts per step, role, adapter and operation, in order of appearance", () => {
    const groups = summarise([
      made({}),
      made({ step: "judge", role: "tinytasks", port: "benchmark", op: "judge" }),
      made({ role: "target" }),
      made({}),
      made({ role: undefined, port: "trainer", op: "train" }),
    ]);
    expect(groups.map(({ step, role, op, calls }) => [step, role, op, calls])).toEqual([
      ["traces", "teacher", "model.generate", 2],
      ["judge", "tinytasks", "benchmark.judge", 1],
      ["traces", "target", "model.generate", 1],
      ["traces", null, "trainer.train", 1],
    ]);
  });

  it("measures what was made and answered: neither the memo's answers nor failures", () => {
    const calls = Array.from({ length: 100 }, (_, index) => made({ durationMs: index + 1 }));
    const cached = made({ cached: true, durationMs: 0.1, usage: { input: 9, output: 9 }, usd: 9 });
    const late = made({ error: "provider-timeout", durationMs: 60_000, requests: 3, queuedAt: -500 });
    const [group] = summarise([...calls, cached, late, { ...late, error: "interrupted", requests: 1 }]);
    expect(group).toMatchObject({
      ...{ calls: 103, cached: 1, p50Ms: 50, p95Ms: 95, maxWaitMs: 500, usd: 0, inputTokens: 0 },
      ...{ errors: { "provider-timeout": 1, interrupted: 1 }, repeatedRequests: 2 },
    });
  });

  it("gives the rate over the time in which calls were under way, however they overlap", () => {
    const usage = { input: 1, output: 300 };
    const [group] = summarise([
      made({ startedAt: 0, durationMs: 1000, usage }),
      made({ startedAt: 500, durationMs: 1000, usage }),
      made({ startedAt: 600, durationMs: 100, usage }),
      made({ startedAt: 90_000, durationMs: 1500, usage, usd: 0.5 }),
    ]);
    expect(group!.outputTokensPerSecond).toBeCloseTo(1200 / 3);
    expect(group).toMatchObject({ inputTokens: 4, outputTokens: 1200, usd: 0.5 });
  });

  it("has no durations and no rate where everything was cached", () => {
    const [group] = summarise([made({ cached: true })]);
    expect(group).toMatchObject({ p50Ms: null, p95Ms: null, outputTokensPerSecond: null });
  });
});

describe("lanes", () => {
  it("hold intervals that do not overlap, and are as few as are open at once", () => {
    const interval = fc.tuple(fc.nat(1000), fc.nat(100));
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 60 }), (intervals) => {
        const starts = Float64Array.from(intervals, ([start]) => start);
        const ends = Float64Array.from(intervals, ([start, length]) => start + length);
        const lanes = assignLanes(starts, ends);
        for (let i = 0; i < lanes.length; i++) {
          for (let j = 0; j < i; j++) {
            if (lanes[i] !== lanes[j]) continue;
            expect(ends[i]! <= starts[j]! || ends[j]! <= starts[i]!).toBe(true);
          }
        }
        // What takes no time is open at its own moment: inside a longer one it needs a lane.
        const open = (at: number) =>
          intervals.filter(
            ([start, length], i) => start <= at && (at < ends[i]! || (length === 0 && at === start)),
          ).length;
        const most = Math.max(0, ...[...starts].map(open));
        expect(new Set(lanes).size).toBeLessThanOrEqual(Math.max(most, Math.min(1, lanes.length)));
      }),
    );
  });
});
