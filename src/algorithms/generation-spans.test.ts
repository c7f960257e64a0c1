import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeBlocks } from "./code-blocks.ts";
import { findingInText, spanInText } from "./generation-spans.ts";
import { lineMap } from "./line-map.ts";

const word = fc.constantFrom("x", "é", "😀", "\t", "  ", "return a", "👩‍👩‍👧", "\u2028", "\ufeff", "``");
const newline = fc.constantFrom("\n", "\r\n", "\r");
const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(""));
const block = fc.record({
  indent: fc.constantFrom("", "  ", "\t", "    "),
  lines: fc.array(line, { minLength: 1, maxLength: 6 }),
  before: line,
});

describe("spans of a block's code in its answer", () => {
  it("cover the same text, whatever the line endings, indentation and number of blocks", () => {
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 3 }),
        newline,
        fc.infiniteStream(fc.nat()),
        (parts, ending, numbers) => {
          const text = parts
            .map(({ indent, lines, before }) =>
              [
                before,
                `${indent}\`\`\`python`,
                ...lines.map((code) => indent + code),
                `${indent}\`\`\``,
              ].join(ending),
            )
            .join(ending);
          for (const found of codeBlocks(text)) {
            if (found.code === "") continue;
            const start = numbers.next().value % found.code.length;
            const end = start + 1 + (numbers.next().value % (found.code.length - start));
            const span = spanInText(text, found, { start, end });
            const [inCode, inText] = [found.code.slice(start, end), text.slice(span.start, span.end)];
            expect(span.start).toBeGreaterThanOrEqual(found.span.start);
            expect(span.end).toBeLessThanOrEqual(found.span.end);
            expect([inText[0], inText.at(-1)]).toEqual([inCode[0], inCode.at(-1)]);
            // Only indentation that the fence took away may lie in between.
            expect(inText.replace(/[ \t]/g, "")).toBe(inCode.replace(/[ \t]/g, ""));
            if (found.code.length === found.span.end - found.span.start) expect(inText).toBe(inCode);
          }
        },
      ),
    );
  });

  it("moves a finding and its flow together", () => {
    const text = "Look: 😀\r\n  ```py\r\n  import os\r\n  os.system(x)\r\n  ```\r\n";
    const [found] = codeBlocks(text);
    const at = (needle: string) => {
      const start = found!.code.indexOf(needle);
      return { file: "f", start, end: start + needle.length };
    };
    const moved = findingInText(text, found!, {
      analyzer: "a",
      analyzerVersion: "1",
      rule: "r",
      severity: "high",
      message: "m",
      span: at("os.system(x)"),
      flows: [[{ ...at("import os\r\nos"), message: "over two lines" }]],
    });
    expect(text.slice(moved.span.start, moved.span.end)).toBe("os.system(x)");
    expect(text.slice(moved.flows![0]![0]!.start, moved.flows![0]![0]!.end)).toBe("import os\r\n  os");
  });
});

describe("lines and columns", () => {
  it("round-trip for every offset of a text", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), newline, (lines, ending) => {
        const text = lines.join(ending);
        const map = lineMap(text);
        for (let offset = 0; offset <= text.length; offset++) {
          const inEnding = text[offset] === "\n" && text[offset - 1] === "\r";
          if (!inEnding) expect(map.offset(map.position(offset))).toBe(offset);
        }
      }),
    );
  });

  it("count from 1 and treat every line ending alike", () => {
    const map = lineMap("a\r\n😀b\rc\n");
    expect([0, 3, 5, 7, 9].map((offset) => map.position(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
    ]);
    expect([1, 2, 3, 4, 9].map((number) => map.line(number))).toEqual(["a", "😀b", "c", "", ""]);
    expect(map.offset({ line: 1, column: 99 })).toBe(1);
  });
});
