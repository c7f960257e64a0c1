/** A place as people name it: both count from 1, columns in UTF-16 units (SARIF's `utf16CodeUnits`). */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Translates between offsets (UTF-16 units) and lines of one text. Lines end at `\n`, `\r\n` or `\r`. */
export interface LineMap {
  position(offset: number): Position;
  /** Offset of a position; a column behind the line's end gives the end, a line behind the last one the text's. */
  offset(position: Position): number;
  /** Text of a line without its ending. */
  line(number: number): string;
}

let last: { readonly text: string; readonly map: LineMap } | undefined;

/** The last one is kept: a report may hold 100,000 results about one file. */
export function lineMap(text: string): LineMap {
  if (last?.text !== text) last = { text, map: newLineMap(text) };
  return last.map;
}

function newLineMap(text: string): LineMap {
  const starts = [0];
  for (const { index, 0: ending } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + ending.length);
  const lineEnd = (number: number) => {
    const next = starts[number];
    if (next === undefined) return text.length;
    return text.startsWith("\r\n", next - 2) ? next - 2 : next - 1;
  };
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    position: (offset) => {
      const line = lineOf(offset);
      return { line, column: offset - starts[line - 1]! + 1 };
    },
    offset: ({ line, column }) => {
      const start = starts[line - 1];
      return start === undefined ? text.length : Math.min(start + column - 1, lineEnd(line));
    },
    line: (number) => text.slice(starts[number - 1] ?? text.length, lineEnd(number)),
  };
}
