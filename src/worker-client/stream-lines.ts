import type { Readable } from "node:stream";

/** Calls `onLine` for each line of a UTF-8 stream. Only `\n` ends a line (readline also splits at U+2028). */
export function onLines(stream: Readable, onLine: (line: string) => void): void {
  let pending: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      pending.push(chunk.subarray(from, end));
      from = end + 1;
      const line = Buffer.concat(pending).toString("utf8");
      pending = [];
      onLine(line);
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  });
  stream.on("end", () => {
    if (pending.length > 0) onLine(Buffer.concat(pending).toString("utf8"));
    pending = [];
  });
  stream.on("error", () => {}); // the process is gone; its exit tells the story
}
