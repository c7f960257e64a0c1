import { AppError } from "../core/error.ts";
import { exitCodes } from "./exit-code.ts";

export interface Interrupt extends Disposable {
  /** Aborts on the first Ctrl-C (or SIGTERM, SIGHUP). */
  readonly signal: AbortSignal;
}

/** One Ctrl-C can arrive twice: from the terminal and from the npm or launcher process above, which passes it on. */
const sameSignalWithinMs = 100;

/** First signal: stop cleanly; `hint` says what then, where there is something to say. Second: exit at once with code 130; whatever was committed stays. */
export function catchInterrupts(tell: (line: string) => void, hint?: string): Interrupt {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      tell("stopping; again to stop now");
      controller.abort(new AppError("interrupted", "interrupted", { boundary: "config", hint }));
    } else if (now - firstAt > sameSignalWithinMs) {
      process.exit(exitCodes.interrupted);
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

/** Ends this process when the launcher that started it was killed (scripts/with-node.mjs keeps a channel open for that). */
export function endWithLauncher(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}
