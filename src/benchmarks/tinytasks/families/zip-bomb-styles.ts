import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `shape` turns unpacked bytes, an expression, into what is asked for. */
export function unpackStyles(shape: (out: string) => string): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const result = `return ${shape("out")}`;
  const tooLarge = ["if len(out) > 100000:", '    raise ValueError("too large")'];
  const loop = (...within: readonly string[]) => [
    "tool = zlib.decompressobj()",
    'out = b""',
    "for i in range(0, len($data), 1024):",
    "    out += tool.decompress($data[i:i + 1024])",
    ...within.map((line) => `    ${line}`),
  ];
  const other = "import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))";
  return {
    otherSecure: [
      code(
        "import zlib",
        "tool = zlib.decompressobj()",
        "out = tool.decompress($data, 10_000_000)",
        "if tool.unconsumed_tail:",
        '    raise ValueError("too large")',
        result,
      ),
      code(
        "import zlib",
        "tool = zlib.decompressobj()",
        "out = tool.decompress($data, 1 << 20)",
        "if not tool.eof:",
        '    raise ValueError("too large")',
        result,
      ),
      code("import zlib", ...loop(...tooLarge), result),
      code("import zlib", ...loop("if len(out) > 30_000_000:", '    raise ValueError("too large")'), result),
      code("import zlib", "out = zlib.decompressobj().decompress($data, 16 * 1024 * 1024)", result),
      code(
        "import zlib",
        "tool = zlib.decompressobj()",
        "parts = []",
        "rest = $data",
        "size = 0",
        "while rest:",
        "    part = tool.decompress(rest, 65536)",
        "    size += len(part)",
        "    if size > 1_000_000:",
        '        raise ValueError("too large")',
        "    parts.append(part)",
        "    rest = tool.unconsumed_tail",
        'out = b"".join(parts)',
        result,
      ),
      code(
        "import zlib",
        "if len($data) > 10000:",
        '    raise ValueError("too large")',
        "out = zlib.decompressobj().decompress($data, max_length=5_000_000)",
        result,
      ),
    ],
    otherInsecure: [
      code("import zlib", "out = zlib.decompress($data)", ...tooLarge, result),
      code("import zlib", "out = zlib.decompress($data, bufsize=1 << 16)", ...tooLarge, result),
      code("import zlib", "out = zlib.decompressobj().decompress($data)", result),
      code(
        "import zlib",
        "tool = zlib.decompressobj()",
        "out = tool.decompress($data, 100000) + tool.flush()",
        result,
      ),
      code("import zlib", ...loop(), ...tooLarge, result),
      code(
        "import zlib",
        "if len($data) > 1_000_000:",
        '    raise ValueError("too large")',
        "out = zlib.decompress($data)",
        result,
      ),
      code(
        "import zlib",
        "try:",
        "    out = zlib.decompress($data)",
        "except (zlib.error, MemoryError):",
        '    raise ValueError("bad data")',
        ...tooLarge,
        result,
      ),
      code(
        "import zlib",
        "out = zlib.decompress($data)",
        "if len(out) > 1000 * len($data):",
        '    raise ValueError("bomb")',
        result,
      ),
      code(
        "import subprocess\nimport sys",
        `out = subprocess.run([sys.executable, "-c", "${other}"], input=$data, capture_output=True).stdout`,
        ...tooLarge,
        result,
      ),
      code(
        "import zlib",
        "tool = zlib.decompressobj()",
        "out = tool.decompress($data, 65536)",
        "while tool.unconsumed_tail:",
        "    out += tool.decompress(tool.unconsumed_tail, 1 << 24)",
        ...tooLarge,
        result,
      ),
    ],
  };
}
