import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunEvent } from "../../core/event.ts";
import { displayWidth } from "../printable.ts";
import { jsonRenderer } from "./json.ts";
import { plainRenderer } from "./plain.ts";
import { applyEvent, emptyView, rate, remainingMs } from "./run-view.ts";
import { ttyRenderer } from "./tty.ts";
import { drawRun } from "./tty-lines.ts";

const recorded = new URL("../../../test/fixtures/events/failed-run.ndjson", import.meta.url);
const events = readFileSync(recorded, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as RunEvent);

function recording() {
  let text = "";
  return {
    screen: {
      columns: 80,
      rows: 24,
      write: (part: string) => {
        text += part;
      },
    },
    text: () => text,
  };
}

describe("plain", () => {
  it("tells start and end of each step, and progress now and then", () => {
    const { screen, text } = recording();
    const renderer = plainRenderer(screen);
    for (const event of events) renderer.event(event);
    renderer.close();
    expect(text()).toMatchInlineSnapshot(`
      "run 2026-01-01-secpi-ab12: secpi, 4 steps
      [1/4] tasks: coding tasks
      [1/4] tasks: cached, 40 tasks
      [2/4] traces: traces under the security prompt
      traces: worker: torch 2.13.0 on cpu
      [2/4] traces: 18/40 (45 %), 1.2/s, 18.1 s left
      [2/4] traces: 36/40 (90 %), 1.2/s, 3.3 s left
      [2/4] traces: done in 33.0 s, 40 generations, 2 failed items
      [3/4] train: supervised fine-tuning
      [3/4] train: failed in 1.5 s, out of memory    twice
      run 2026-01-01-secpi-ab12: failed in 36.0 s, 12.3k tokens, $0.0400
      "
    `);
  });
});

describe("json", () => {
  it("is the events, one a line", () => {
    const { screen, text } = recording();
    const renderer = jsonRenderer(screen);
    for (const event of events) renderer.event(event);
    expect(text()).toBe(readFileSync(recorded, "utf8"));
  });
});

describe("run view", () => {
  it("measures the rate of the last seconds", () => {
    const view = emptyView();
    applyEvent(view, { at: 0, type: "run-start", run: "r", recipe: "x", steps: [outline("a")] });
    for (let at = 0; at <= 60_000; at += 1000) {
      // One a second for half a minute, then ten a second.
      const done = at <= 30_000 ? at / 1000 : 30 + (at - 30_000) / 100;
      applyEvent(view, { at, type: "step-progress", step: "a", done, total: 430 });
    }
    const step = view.steps[0]!;
    expect(rate(step)).toBeCloseTo(10);
    expect(remainingMs(step)).toBeCloseTo(10_000);
  });

  it("ignores events of steps it does not know", () => {
    const view = emptyView();
    applyEvent(view, { at: 0, type: "step-start", step: "nobody" });
    expect(view.steps).toEqual([]);
  });
});

describe("screen lines", () => {
  it("fit any terminal, whatever the events hold", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constant("漢字 👩‍👩‍👧 \u001b[2J\r\n"),
    );
    const status = fc.constantFrom(
      "pending",
      "running",
      "done",
      "cached",
      "failed",
      "interrupted",
      "skipped",
    );
    const step = fc.record({ id: text, title: text, status, message: text, done: fc.nat(), total: fc.nat() });
    const property = fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      (steps, columns, rows) => {
        const view = emptyView();
        const outlines = steps.map(({ title }, index) => ({ ...outline(String(index)), title }));
        applyEvent(view, { at: 0, type: "run-start", run: "r", recipe: "x", steps: outlines });
        for (const [index, { status: now, message, done, total }] of steps.entries()) {
          const id = String(index);
          if (now !== "pending") applyEvent(view, { at: 1, type: "step-start", step: id });
          if (now === "running")
            applyEvent(view, { at: 2, type: "step-progress", step: id, done, total, note: message });
          else if (now !== "pending") {
            const end = {
              status: now as "done",
              durationMs: done,
              failures: total,
              counts: { rows: done },
              message,
            };
            applyEvent(view, { at: 3, type: "step-end", step: id, ...end });
          }
        }
        const lines = drawRun(view, 10_000, columns, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) {
          expect(displayWidth(line.text)).toBeLessThanOrEqual(columns);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach the terminal
          expect(line.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("show what runs when there is no room for all", () => {
    const view = emptyView();
    const steps = Array.from({ length: 20 }, (_, index) => outline(`s${index}`));
    applyEvent(view, { at: 0, type: "run-start", run: "r", recipe: "x", steps });
    const counts = { rows: 1 };
    for (let index = 0; index < 10; index++) {
      applyEvent(view, {
        at: 1,
        type: "step-end",
        step: `s${index}`,
        status: "done",
        durationMs: 1,
        failures: 0,
        counts,
      });
    }
    applyEvent(view, { at: 2, type: "step-start", step: "s10" });
    const text = drawRun(view, 10, 60, 8).map((line) => line.text);
    expect(text).toHaveLength(8);
    expect(text).toContain("✓ 10 steps done");
    expect(text.some((line) => line.startsWith("▸ title of s10"))).toBe(true);
    expect(text).toContain("· 6 steps waiting");
  });
});

describe("tty", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("draws over itself and gives the cursor back", () => {
    const { screen, text } = recording();
    const before = process.listenerCount("exit");
    const renderer = ttyRenderer(screen, { now: () => 40_000, colour: false });
    for (const event of events) renderer.event(event);
    vi.advanceTimersByTime(1000);
    renderer.close();
    renderer.close();
    expect(process.listenerCount("exit")).toBe(before);
    expect(text().startsWith("\u001b[?25l")).toBe(true);
    expect(text().endsWith("\u001b[?25h")).toBe(true);
    expect(text().split("\u001b[?25h")).toHaveLength(2);
    expect(screenAfter(text())).toMatchInlineSnapshot(`
      "worker: torch 2.13.0 on cpu
      secpi  2026-01-01-secpi-ab12
      ≡ coding tasks                     cached, 40 tasks
      ✓ traces under the security prompt done in 33.0 s, 40 generations, 2 failed it…
      ✗ supervised fine-tuning           failed in 1.5 s, out of memory    twice
      · evaluation
      failed  36.0 s  12.3k tokens  $0.0400"
    `);
  });
});

function outline(id: string) {
  return { id, title: `title of ${id}`, stage: "x", after: [] };
}

/** What a terminal would show: understands the few sequences that the renderer uses. */
function screenAfter(text: string): string {
  const lines: string[] = [""];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it reads
  for (const [token] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g)) {
    if (token === "\n") {
      row += 1;
      lines[row] ??= "";
    } else if (token === "\u001b[J") lines.splice(row);
    else if (token.startsWith("\u001b[") && token.endsWith("A")) row -= Number(token.slice(2, -1));
    else if (!token.startsWith("\u001b") && token !== "\r") lines[row] = token;
  }
  return lines.join("\n").trimEnd();
}
