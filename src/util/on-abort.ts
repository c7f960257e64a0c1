const hubs = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` when `signal` aborts; the returned function takes it back. One listener per signal however many wait:
 * thousands of concurrent calls share a run's signal, and adding and removing that many event listeners is quadratic.
 * An already aborted signal is the caller's to check (`signal.aborted`).
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const hub = hubs.get(signal) ?? openHub(signal);
  hub.add(action);
  return () => hub.delete(action);
}

/** The error with which work stopped by `signal` ends: its reason, or an AbortError. */
export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("aborted", "AbortError");
}

function openHub(signal: AbortSignal): Set<() => void> {
  const hub = new Set<() => void>();
  hubs.set(signal, hub);
  signal.addEventListener(
    "abort",
    () => {
      for (const action of [...hub]) action();
      hub.clear();
    },
    { once: true },
  );
  return hub;
}
