import { type Clock, systemClock } from "./clock.ts";
import { abortError, onAbort } from "./on-abort.ts";

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function sleep(ms: number, signal: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal));
    const forget = onAbort(signal, () => {
      cancel();
      reject(abortError(signal));
    });
    const cancel = clock.after(ms, () => {
      forget();
      resolve();
    });
  });
}
