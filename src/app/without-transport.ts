import type { AnyAdapter } from "./registry-shape.ts";

/** Settings without those that only say how the work is done: they change no outcome. */
export function withoutTransport<T>(
  { transport }: AnyAdapter,
  config: Readonly<Record<string, T>>,
): Record<string, T> {
  const names: readonly string[] = transport;
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)));
}
