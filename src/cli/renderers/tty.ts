import { styleText } from "node:util";
import type { RunEvent } from "../../core/event.ts";
import { printable } from "../printable.ts";
import type { Renderer, Screen } from "./renderer.ts";
import { applyEvent, emptyView } from "./run-view.ts";
import { type DrawnLine, drawRun } from "./tty-lines.ts";

const redrawEveryMs = 100;
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const styles = { plain: null, dim: "gray", good: "green", bad: "red", bold: "bold" } as const;

export interface TtyOptions {
  readonly now?: () => number;
  readonly colour?: boolean;
}

/** Redraws the steps of a run in place. Log lines scroll by above. The cursor comes back also when the process is ended early. */
export function ttyRenderer(screen: Screen, options: TtyOptions = {}): Renderer {
  const now = options.now ?? Date.now;
  const colour = options.colour ?? !process.env.NO_COLOR;
  const view = emptyView();
  let drawn = 0;
  let open = true;

  const columns = () => Math.max(1, (screen.columns || 80) - 1);
  const draw = (above: string) => {
    const rows = Math.max(1, (screen.rows || 24) - 1);
    const lines = view.startedAt === null ? [] : drawRun(view, now(), columns(), rows);
    const body = lines.map((line) => `${paint(line, colour)}\u001b[K\n`).join("");
    // One write per frame, from the first line of the last frame: no flicker, and no line longer than the terminal.
    screen.write(`${drawn > 0 ? `\u001b[${drawn}A` : ""}\r${above}${body}\u001b[J`);
    drawn = lines.length;
  };
  const restore = () => {
    if (open) screen.write(showCursor);
  };
  const timer = setInterval(() => draw(""), redrawEveryMs);
  timer.unref();
  process.once("exit", restore);
  screen.write(hideCursor);

  return {
    event: (event: RunEvent) => {
      applyEvent(view, event);
      if (event.type === "log") draw(`${printable(event.message).replaceAll("\n", " ")}\u001b[K\n`);
      if (event.type === "run-start" || event.type === "run-end") draw("");
    },
    close: () => {
      if (!open) return;
      clearInterval(timer);
      draw("");
      restore();
      open = false;
      process.off("exit", restore);
    },
  };
}

function paint({ text, style }: DrawnLine, colour: boolean): string {
  const format = styles[style];
  return colour && format !== null ? styleText(format, text, { validateStream: false }) : text;
}
