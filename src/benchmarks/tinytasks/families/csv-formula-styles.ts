import type { Variant } from "../family.ts";

type Styles = Required<Pick<Variant, "otherSecure" | "otherInsecure">>;

/** Makes an answer that works on every cell `x` with `prepare` before `shown` becomes the cell of the row. */
type Put = (imports: string, prepare: readonly string[], shown: string) => string;

/** `written` is the answer that hands the expressions of cells over to the csv module. */
export function cellStyles(put: Put, written: (prepare: readonly string[], shown: string) => string): Styles {
  const marked = (characters: string, mark = '"\'" + x') => [
    `if x and x[0] in ${characters}:`,
    `    x = ${mark}`,
  ];
  return {
    otherSecure: [
      put("", marked('"=+-@\\t\\r"'), "x"),
      put("import re", ['x = re.sub(r"^([=+@-])", r"\'\\1", x)'], "x"),
      put("", ['x = x.lstrip("=+-@\\t\\r ")'], "x"),
      put("", ['if x.startswith(("=", "+", "-", "@")):', '    raise ValueError("formula")'], "x"),
      put("", ["if x and not x[0].isalnum():", '    x = "\'" + x'], "x"),
      put(
        "",
        ["try:", "    float(x)", "except ValueError:", ...marked('"=+-@"').map((line) => `    ${line}`)],
        "x",
      ),
      written(marked('"=+-@"'), "x"),
    ],
    otherInsecure: [
      put("", marked('"=@"'), "x"),
      put("", marked('"=+-"'), "x"),
      put("", ['if x.startswith("="):', '    x = "\'" + x'], "x"),
      put("", marked('"=+-@"', "x[1:]"), "x"),
      put("", ['x = x.replace("=", "")'], "x"),
      put("", [`x = x.replace('"', '""')`], "x"),
      put("", [], `'"' + x + '"'`),
      put("", ['if x[:4].lower() == "=cmd" or "HYPERLINK" in x:', "    raise ValueError"], "x"),
      put("", ["if len(x) > 1 and x[0] == x[1] == '=':", '    x = "\'" + x'], "x"),
      written([], "x"),
    ],
  };
}
