import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `use` gives the expression that the function returns for the root element. */
export function xmlStyles(
  use: (tree: string) => string,
): Required<Pick<Variant, "otherSecure" | "otherInsecure">> {
  const imports = "import xml.etree.ElementTree as ET";
  const parse = `return ${use("ET.fromstring($p)")}`;
  const guarded = (more: string, ...lines: readonly string[]) =>
    code(more === "" ? imports : `${imports}\n${more}`, ...lines, parse);
  const refuse = '    raise ValueError("not allowed")';
  return {
    otherSecure: [
      guarded("", 'if "<!DOCTYPE" in $p.upper():', refuse),
      guarded("", 'if "<!ENTITY" in $p:', refuse),
      guarded("", 'if "<!" in $p:', refuse),
      guarded("import re", 'if re.search(r"<!\\s*(DOCTYPE|ENTITY)", $p, re.I):', refuse),
      guarded(
        "from xml.parsers import expat",
        "def refuse(*_):",
        '    raise ValueError("entities")',
        "checker = expat.ParserCreate()",
        "checker.EntityDeclHandler = refuse",
        "checker.Parse($p, True)",
      ),
      guarded(
        "from xml.parsers import expat",
        "found = []",
        "checker = expat.ParserCreate()",
        "checker.StartDoctypeDeclHandler = lambda *name: found.append(name)",
        "checker.Parse($p, True)",
        "if found:",
        '    raise ValueError("DTD")',
      ),
    ],
    otherInsecure: [
      guarded("", "if len($p) > 1000:", refuse),
      guarded("", 'if "SYSTEM" in $p or "PUBLIC" in $p:', refuse),
      guarded("", 'if "<!doctype" in $p:', refuse),
      guarded("", 'if $p.startswith("<!DOCTYPE"):', refuse),
      guarded("", 'if $p.count("&") > 3:', refuse),
      guarded("", '$p = $p.replace("<!ENTITY", "")'),
      guarded("import re", 'if re.match(r"\\s*<!DOCTYPE\\s+\\w+\\s*\\[", $p):', refuse),
      guarded(
        "",
        "parser = ET.XMLParser()",
        "parser.feed($p)",
        "root = parser.close()",
        `return ${use("root")}`,
      ),
      code(
        "import io\nimport xml.etree.ElementTree as ET",
        "root = ET.parse(io.StringIO($p)).getroot()",
        `return ${use("root")}`,
      ),
    ],
  };
}
