import { jsonRenderer } from "./json.ts";
import { plainRenderer } from "./plain.ts";
import type { ProgressName, Renderer } from "./renderer.ts";
import { ttyRenderer } from "./tty.ts";

/** The renderer that is asked for; `auto` is `tty` on a terminal outside CI, else `plain`. All write to stderr. */
export function openRenderer(name = "auto"): Renderer {
  const screen = process.stderr;
  switch (name === "auto" ? suitable() : name) {
    case "tty":
      return ttyRenderer(screen);
    case "json":
      return jsonRenderer(screen);
    case "none":
      return { event: () => {}, close: () => {} };
    default:
      return plainRenderer(screen);
  }
}

function suitable(): ProgressName {
  const terminal = process.stderr.isTTY && process.env.TERM !== "dumb" && !process.env.CI;
  return terminal ? "tty" : "plain";
}
