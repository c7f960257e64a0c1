import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `give` makes the returning line of the expression that is the address. */
export function redirectStyles(
  give: (target: string) => string,
): Required<Pick<Variant, "otherSecure" | "otherInsecure">> {
  const unless = (imports: string, ...conditions: readonly string[]) =>
    code(imports, ...conditions, '    $p = "$home"', give("$p"));
  const parse = "from urllib.parse import urlparse";
  return {
    otherSecure: [
      unless(
        parse,
        "parts = urlparse($p)",
        'if parts.scheme or parts.netloc or not $p.startswith("/") or $p.startswith("//"):',
      ),
      unless("import re", 'if not re.fullmatch(r"/(?![/\\\\])[\\w/.-]*", $p):'),
      unless("", 'if not $p or $p[0] != "/" or $p[1:2] in ("/", "\\\\"):'),
      unless("", 'if $p == "":', '    $p = "$home"', 'elif not $p.startswith("/") or $p.startswith("//"):'),
      code(
        "",
        'if $p == "":',
        `    ${give('"$home"')}`,
        'if $p[0] != "/" or "//" in $p or "\\\\" in $p:',
        '    raise ValueError("foreign address")',
        give("$p"),
      ),
      code("", 'local = "/" + $p.lstrip("/\\\\")', give('local if $p else "$home"')),
    ],
    otherInsecure: [
      unless("", 'if not $p or $p.startswith("http") or $p.startswith("//"):'),
      unless("", 'if not $p or $p.lower().startswith(("http://", "https://", "//")):'),
      unless("", 'if not $p or "://" in $p:'),
      unless("", 'if not $p.startswith("/"):'),
      unless(parse, "if not $p or urlparse($p).netloc:"),
      unless(parse, 'if not $p or urlparse($p).scheme in ("http", "https"):'),
      // urlparse finds no host in ///host, browsers do.
      unless(parse, "if not $p or urlparse($p).scheme or urlparse($p).netloc:"),
      unless("", 'if not $p or $p.lower().startswith(("http:", "https:", "//", "\\\\", "javascript:")):'),
      code("", '$p = $p.replace("//", "/")', give('$p or "$home"')),
      code("", "$p = $p.strip()", give('$p if $p else "$home"')),
      code("from urllib.parse import quote", '$p = quote($p, safe="/:?=&")', give('$p or "$home"')),
    ],
  };
}
