import { say } from "../output.ts";
import type { ScanSummary } from "./output.ts";

const firstAfterMs = 3_000;
const everyMs = 2_000;

export interface Progress extends Disposable {
  update(summary: Readonly<ScanSummary>): void;
  /** Takes the line away before the last word is written. */
  end(): void;
}

/** Tells on stderr how far a long scan is: in place on a terminal, as lines elsewhere. Short scans tell nothing. */
export function watchProgress(): Progress {
  let nextAt = performance.now() + firstAfterMs;
  let shown = false;
  const end = () => {
    if (shown && process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    shown = false;
  };
  return {
    update: ({ files, findings, failed }) => {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + (process.stderr.isTTY ? everyMs / 4 : everyMs * 5);
      const line = `${files} scanned, ${findings} findings${failed === 0 ? "" : `, ${failed} failed`}`;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
      else say(line);
      shown = true;
    },
    end,
    [Symbol.dispose]: end,
  };
}
