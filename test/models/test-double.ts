import type { Services } from "../../src/core/adapter.ts";

/** Services of a test: an environment, a log that is kept, and nothing else. */
export function testServices(env: Record<string, string> = {}): Services & { readonly lines: string[] } {
  const lines: string[] = [];
  const none = (what: string) => () => Promise.reject(new Error(`the test offers no ${what}`));
  return {
    lines,
    env,
    worker: none("worker"),
    sandbox: none("sandbox"),
    checkpoint: none("checkpoint"),
    log: (message) => lines.push(message),
  };
}
