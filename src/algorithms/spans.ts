/** Half-open range [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Translates offsets of one text between UTF-16 units (core, JavaScript) and Unicode code points (the worker, Python).
 * A lone surrogate is one code point, as it is in a Python string. All functions throw RangeError outside the text.
 */
export interface OffsetMap {
  /** Length of the text in code points. */
  readonly codePoints: number;
  /** The code point that the UTF-16 unit belongs to; the second half of a surrogate pair belongs to its pair. */
  toCodePoint(utf16: number): number;
  toUtf16(codePoint: number): number;
  /** A span in code points. One that cuts a surrogate pair grows to cover the whole character. */
  toCodePointSpan(span: Span): Span;
  toUtf16Span(span: Span): Span;
}

/** Reads the text once; each translation then takes O(log n), or O(1) where the text has no surrogate pair. */
export function offsetMap(text: string): OffsetMap {
  // UTF-16 offset of the second half of every surrogate pair: each makes the two counts differ by one more.
  const halves: number[] = [];
  for (let i = 1; i < text.length; i++) {
    if (isLow(text.charCodeAt(i)) && isHigh(text.charCodeAt(i - 1))) halves.push(i);
  }
  const codePoints = text.length - halves.length;
  const toCodePoint = (utf16: number): number => {
    check(utf16, text.length, "UTF-16 offset");
    return utf16 - countUpTo(halves, utf16);
  };
  const toUtf16 = (codePoint: number): number => {
    check(codePoint, codePoints, "code point offset");
    return codePoint + pairsBefore(halves, codePoint);
  };
  const toCodePointSpan = ({ start, end }: Span): Span => {
    const cutsPair = end > start && halves[countUpTo(halves, end) - 1] === end;
    return { start: toCodePoint(start), end: toCodePoint(end) + (cutsPair ? 1 : 0) };
  };
  const toUtf16Span = ({ start, end }: Span): Span => ({ start: toUtf16(start), end: toUtf16(end) });
  return { codePoints, toCodePoint, toUtf16, toCodePointSpan, toUtf16Span };
}

/** How many entries are <= limit. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many surrogate pairs lie before a code point: pair i begins at code point halves[i] − 1 − i. */
function pairsBefore(halves: readonly number[], codePoint: number): number {
  let [low, high] = [0, halves.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (halves[middle]! - 1 - middle < codePoint) low = middle + 1;
    else high = middle;
  }
  return low;
}

function check(offset: number, length: number, what: string): void {
  if (!Number.isInteger(offset) || offset < 0 || offset > length) {
    throw new RangeError(`${what} ${offset} is outside a text of length ${length}`);
  }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
