import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, fitLine, padLine, printable } from "./printable.ts";
import { table } from "./table.ts";

describe("printable text", () => {
  it("takes escape sequences and control characters out, keeps line breaks", () => {
    expect(printable("a\u001b[31mb\u0007\r\nc\u009b2J")).toBe("ab  \nc");
  });

  it("counts columns", () => {
    expect(displayWidth("abc")).toBe(3);
    expect(displayWidth("漢字")).toBe(4);
    expect(displayWidth("👩‍👩‍👧")).toBe(2);
    expect(displayWidth("e\u0301")).toBe(1);
    expect(displayWidth("\u001b[1mbold\u001b[22m")).toBe(4);
  });

  it("fits and fills to a width", () => {
    const text = fc.string({ unit: "grapheme" }).map(printable);
    fc.assert(
      fc.property(text, fc.nat({ max: 40 }), (line, width) => {
        expect(displayWidth(fitLine(line, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(padLine(line, width))).toBe(width);
      }),
    );
    expect(fitLine("abcdef", 4)).toBe("abc…");
    expect(fitLine("漢字漢字", 4)).toBe("漢…");
  });

  it("aligns tables, with foreign text kept to its cell", () => {
    expect(
      table([
        ["a", "bb"],
        ["ccc\n", "d"],
      ]),
    ).toBe("a     bb\nccc   d");
  });
});
