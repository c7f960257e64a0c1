import { expect, test } from "vitest";
import { NONCE_CHARACTERS } from "./job.ts";
import { readReport } from "./report.ts";

const nonce = "ab".repeat(NONCE_CHARACTERS / 2);
const loaded = '{"loaded": true}\n';
const call = (index: number) => `{"call": ${index}, "returned": ${index}, "probes": []}\n`;
const child = (start: number, lines: string, signal = 0, seen: object[] = []) => ({
  start,
  signal,
  memory: 20_480,
  seen,
  lines,
});
const frame = (...children: object[]) => `ready\n${nonce}\n${JSON.stringify(children)}\n${nonce}\n`;
const read = (stdout: string, calls = 2) => readReport(stdout, nonce, calls);

test("a whole report gives one observation a call", () => {
  expect(read(frame(child(0, loaded + call(0) + call(1))))).toEqual({
    kind: "observed",
    observations: [0, 1].map((returned) => ({ returned, probes: [], peakMiB: 20 })),
  });
});

test("a call that ended its child is lost, the next child goes on behind it", () => {
  const observed = read(frame(child(0, loaded, 27), child(1, loaded + call(1))));
  expect(observed).toMatchObject({
    kind: "observed",
    observations: [{ stopped: "timeout" }, { returned: 1 }],
  });
  expect(read(frame(child(0, `${loaded}{"call`, 11), child(1, loaded + call(1))))).toMatchObject({
    observations: [{ stopped: "crash" }, { returned: 1 }],
  });
});

test("what the runner saw itself goes before what the answer's process says", () => {
  const lines = `${loaded}{"call": 0, "returned": 0, "probes": [1, 2, 3]}\n`;
  const report = read(frame(child(0, lines, 0, [[{ value: 9 }, null, { value: null }]])), 1);
  expect(report).toMatchObject({ observations: [{ probes: [9, 2, null] }] });
});

test.each([
  ["no output at all", "", "not-started"],
  ["a Python that could not start", "Traceback", "not-started"],
  ["the runner was ended", "ready\n", "no-frame"],
  ["a frame without the nonce", frame(child(0, loaded)).replaceAll(nonce, "c".repeat(64)), "no-frame"],
  ["a frame that is cut", frame(child(0, loaded + call(0) + call(1))).slice(0, -10), "no-frame"],
  ["text before the frame", frame(child(0, loaded)).replace("ready\n", "ready\nx\n"), "no-frame"],
  ["a report twice", frame(child(0, loaded + call(0) + call(0) + call(1))), "tampering"],
  ["a report out of order", frame(child(0, loaded + call(1) + call(0))), "tampering"],
  ["a call too many", frame(child(0, loaded + call(0) + call(1) + call(2))), "tampering"],
  ["reports before the answer was loaded", frame(child(0, call(0) + loaded + call(1))), "tampering"],
  ["unreadable lines", frame(child(0, `${loaded}junk\n${call(0)}${call(1)}`)), "tampering"],
  [
    "unknown fields",
    frame(child(0, `${loaded}{"call": 0, "returned": 1, "probes": [], "x": 1}\n`)),
    "tampering",
  ],
  [
    "a guarded operation",
    frame(child(0, `${loaded}{"tampering": "open"}\n${call(0)}${call(1)}`)),
    "tampering",
  ],
  ["a load that never ended", frame(child(0, "", 27)), "unloadable"],
  ["a syntax error", frame(child(0, '{"load": "SyntaxError"}\n')), "unloadable"],
])("%s", (_, stdout, kind) => {
  expect(read(stdout).kind).toBe(kind);
});

test("the nonce is looked for at the ends only, so a value that holds it changes nothing", () => {
  const lines = `${loaded}{"call": 0, "returned": "\\n${nonce}\\n", "probes": []}\n`;
  expect(read(frame(child(0, lines)), 1)).toMatchObject({ kind: "observed" });
});
