import type { Renderer, Screen } from "./renderer.ts";

/** Every event as one JSON line, for programs that watch a run. On stderr: stdout keeps to its one line of `--json`. */
export function jsonRenderer(screen: Screen): Renderer {
  return { event: (event) => screen.write(`${JSON.stringify(event)}\n`), close: () => {} };
}
