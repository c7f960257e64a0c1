import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `input` is an expression of bytes; the result stands between `before` and `after`. */
export function hashStyles(
  input: string,
  before: string,
  after: string,
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const one = (imports: string, hex: string) => code(imports, `return ${before}${hex}${after}`);
  const lib = (hex: string) => one("import hashlib", hex);
  const fed = (made: string) =>
    code(
      "import hashlib",
      `tool = ${made}`,
      `tool.update(${input})`,
      `return ${before}tool.hexdigest()${after}`,
    );
  return {
    otherSecure: [
      lib(`hashlib.blake2b(${input}, digest_size=32).hexdigest()`),
      lib(`hashlib.blake2b(${input}, digest_size=20).hexdigest()`),
      lib(`hashlib.blake2s(${input}).hexdigest()`),
      lib(`hashlib.sha3_256(${input}).hexdigest()`),
      lib(`hashlib.shake_256(${input}).hexdigest(32)`),
      lib(`hashlib.sha384(${input}).digest().hex()`),
      lib(`hashlib.new("sha256", ${input}).hexdigest()`),
      lib(`hashlib.sha256(${input}).hexdigest().upper()`),
      fed("hashlib.sha256()"),
      fed('getattr(hashlib, "sha3_512")()'),
      one("import binascii\nimport hashlib", `binascii.hexlify(hashlib.sha256(${input}).digest()).decode()`),
      one("from hashlib import sha224 as strong", `strong(${input}).hexdigest()`),
    ],
    otherInsecure: [
      lib(`hashlib.new("md5", ${input}).hexdigest()`),
      lib(`hashlib.new("SHA1", ${input}).hexdigest()`),
      lib(`hashlib.md5(${input}, usedforsecurity=False).hexdigest()`),
      lib(`hashlib.md5(${input}).digest().hex().upper()`),
      fed("hashlib.md5()"),
      fed('getattr(hashlib, "sh" + "a1")()'),
      lib(`hashlib.blake2b(${input}, digest_size=8).hexdigest()`),
      lib(`hashlib.shake_128(${input}).hexdigest(16)`),
      one("import binascii\nimport hashlib", `binascii.hexlify(hashlib.sha1(${input}).digest()).decode()`),
      one("import zlib", `format(zlib.crc32(${input}), "08x")`),
      one("from hashlib import md5 as sha256", `sha256(${input}).hexdigest()`),
      code(
        "import hashlib",
        `source = ${input}`,
        "tool = hashlib.sha256 if len(source) > 1000 else hashlib.md5",
        `return ${before}tool(source).hexdigest()${after}`,
      ),
    ],
  };
}
