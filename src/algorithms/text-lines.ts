/** A line by its offsets: without (`end`) and with (`next`) its ending, which is `\n`, `\r\n` or `\r`. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Lines of a text. One that ends in a line ending has no empty last line. */
export function* linesOf(text: string): Generator<TextLine> {
  let start = 0;
  while (start < text.length) {
    let end = start;
    while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
    const next = text.startsWith("\r\n", end) ? end + 2 : Math.min(end + 1, text.length);
    yield { start, end, next };
    start = next;
  }
}
