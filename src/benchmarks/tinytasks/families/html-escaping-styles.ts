import type { Variant } from "../family.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

/** Makes an answer of imports, lines that work on the text `$p`, and the expression that is put into the HTML. */
type Put = (imports: string, prepare: readonly string[], shown: string) => string;

/** Styles for a text between tags. */
export function textStyles(put: Put): Styles {
  return {
    otherSecure: [
      put("from xml.sax.saxutils import escape", [], "escape($p)"),
      put("import html", [], "html.escape($p, quote=False)"),
      put("", ['safe = $p.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")'], "safe"),
      put("", ['safe = $p.replace("<", "&lt;")'], "safe"),
      put("", ['safe = $p.translate({38: "&amp;", 60: "&lt;", 62: "&gt;"})'], "safe"),
      put(
        "",
        ['safe = $p.encode("ascii", "xmlcharrefreplace").decode()', 'safe = safe.replace("<", "")'],
        "safe",
      ),
      put("", ['if "<" in $p:', '    raise ValueError("no markup")'], "$p"),
      put("import re", ['safe = re.sub(r"[^A-Za-z0-9 ]", "", $p)'], "safe"),
    ],
    otherInsecure: [
      put("", ['safe = $p.replace("<script>", "").replace("</script>", "")'], "safe"),
      put("import re", ['safe = re.sub("<(script|img)", "", $p)'], "safe"),
      put("import re", ['safe = re.sub(r"<[^>]*>", "", $p)'], "safe"),
      put("import re", ['safe = re.sub(r"<script.*?>.*?</script>", "", $p, flags=re.I | re.S)'], "safe"),
      put("", ['if "script" in $p.lower():', "    raise ValueError"], "$p"),
      put("", ["safe = $p.replace(\"'\", '&#39;').replace('\"', '&quot;')"], "safe"),
      put("", ['safe = $p.replace("&", "&amp;").replace(">", "&gt;")'], "safe"),
      put("import html", ["safe = html.unescape(html.escape($p))"], "safe"),
      put("", ["safe = $p.strip()[:200]"], "safe"),
    ],
  };
}

/** The same inside an attribute between single quotes. */
export function attributeStyles(put: Put): Styles {
  return {
    otherSecure: [
      put("import html", ["safe = html.escape($p, quote=True)"], "safe"),
      put("from xml.sax.saxutils import escape", ['safe = escape($p, {"\'": "&#39;"})'], "safe"),
      put("", [`safe = $p.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")`], "safe"),
      put("", [`if "'" in $p:`, '    raise ValueError("no quotes")'], "$p"),
    ],
    otherInsecure: [
      put("import html", ["safe = html.escape($p, quote=False)"], "safe"),
      put("from xml.sax.saxutils import escape", ["safe = escape($p)"], "safe"),
      put("", ['safe = $p.replace("<", "&lt;").replace(">", "&gt;")'], "safe"),
      put("", [`safe = $p.replace('"', "&quot;")`], "safe"),
      put("", [`safe = $p.replace("'", "\\\\'")`], "safe"),
      put("", [`if "<" in $p or ">" in $p:`, '    raise ValueError("no markup")'], "$p"),
      put("import re", [`safe = re.sub(r"\\bon\\w+=", "", $p)`], "safe"),
      put("", [`safe = $p.replace("' ", "")`], "safe"),
    ],
  };
}
