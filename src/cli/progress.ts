import { say } from "./output.ts";

const firstAfterMs = 3_000;
/** On a terminal, and elsewhere: where a line stays. */
const everyMs = { terminal: 500, lines: 10_000 };

export interface Progress extends Disposable {
  /** How far it is, in a line. */
  update(line: string): void;
  /** Takes the line away before the last word is written. */
  end(): void;
}

/**
 * Tells on stderr how far long work is: in place on a terminal, as lines elsewhere; also while nothing new is to be told, so that a
 * slow tool does not look like a dead one. Short work tells nothing.
 */
export function watchProgress(): Progress {
  const terminal = process.stderr.isTTY === true;
  const startedAt = performance.now();
  let latest: string | undefined;
  let shown = false;
  let timer: NodeJS.Timeout | undefined;
  const show = () => {
    if (latest !== undefined) {
      const line = `${latest} (${Math.round((performance.now() - startedAt) / 1_000)} s)`;
      if (terminal) process.stderr.write(`\r\x1b[K${line}`);
      else say(line);
      shown = true;
    }
    timer = setTimeout(show, terminal ? everyMs.terminal : everyMs.lines).unref();
  };
  timer = setTimeout(show, firstAfterMs).unref();
  const end = () => {
    clearTimeout(timer);
    if (shown && terminal) process.stderr.write("\r\x1b[K");
    shown = false;
  };
  return {
    update: (line) => {
      latest = line;
    },
    end,
    [Symbol.dispose]: end,
  };
}
