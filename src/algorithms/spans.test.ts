import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offsetMap } from "./spans.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  // Lone surrogates, pairs, line endings and combining marks in any order.
  fc.string({ unit: fc.constantFrom("\ud83d", "\ude00", "😀", "👩‍🚀", "é", "\r\n", "\t", "a", "中") }),
);

describe("offsetMap", () => {
  it("agrees with slicing by code points, on any text", () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (value, a, b) => {
        const points = [...value];
        const map = offsetMap(value);
        expect(map.codePoints).toBe(points.length);
        const [start, end] = [a % (points.length + 1), b % (points.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        const span = map.toUtf16Span({ start, end });
        expect(value.slice(span.start, span.end)).toBe(points.slice(start, end).join(""));
        expect(map.toCodePointSpan(span)).toEqual({ start, end });
      }),
      { numRuns: 500 },
    );
  });

  it("covers every touched character when a span cuts a pair", () => {
    const map = offsetMap("a😀b");
    expect(map.toCodePointSpan({ start: 2, end: 3 })).toEqual({ start: 1, end: 2 });
    expect(map.toCodePointSpan({ start: 0, end: 2 })).toEqual({ start: 0, end: 2 });
    expect(map.toCodePointSpan({ start: 1, end: 2 })).toEqual({ start: 1, end: 2 });
    expect(map.toCodePointSpan({ start: 2, end: 2 })).toEqual({ start: 1, end: 1 });
  });

  it("refuses offsets outside the text", () => {
    const map = offsetMap("😀");
    expect(() => map.toCodePoint(3)).toThrow(RangeError);
    expect(() => map.toUtf16(2)).toThrow(/code point offset 2/);
    expect(() => map.toUtf16(-1)).toThrow(RangeError);
    expect(() => map.toCodePoint(0.5)).toThrow(RangeError);
  });
});
