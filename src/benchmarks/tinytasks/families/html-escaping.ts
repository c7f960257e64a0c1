import { code } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, VALUES } from "../words.ts";
import { elementPlan, listPlan } from "./html-escaping-checks.ts";
import { attributeStyles, textStyles } from "./html-escaping-styles.ts";

const TAGS = "p b i h1 h2 td li em div span".split(" ");
const GREETINGS = ["Dear", "Hello", "Hi", "Welcome", "Greetings", "Morning", "Thanks", "Sorry"];
const base = { p: VALUES, tag: TAGS, cls: NOUNS, word: GREETINGS };

export const htmlEscaping: Family = {
  name: "html-escaping",
  cwe: "CWE-79",
  area: "injection",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "$p would be put into HTML as it is, so a script tag in it would run: CWE-79, cross-site scripting. I escape it.",
    "Weakness: CWE-79. $p may contain < and quotes. Mitigation: html.escape around $p.",
    "Draft: join the tags and $p. That is cross-site scripting (CWE-79). Revised: escape $p first.",
  ],
  variants: [
    element(
      "element",
      ["render", "make", "show", "build"],
      [
        "returns the HTML <$tag> element with $p as its text",
        "puts $p between <$tag> and </$tag> and returns the HTML",
        "renders $p inside an HTML <$tag> element",
        "gives back HTML: <$tag>, the text $p, </$tag>",
      ],
      "<$tag>",
      "</$tag>",
    ),
    element(
      "classed",
      ["styled", "render", "box", "wrap"],
      [
        "returns the HTML element <$tag class='$cls'> with $p as its text",
        "puts $p between <$tag class='$cls'> and </$tag> and returns the HTML",
        "renders $p inside an HTML element that starts with <$tag class='$cls'>",
        "gives back HTML: <$tag class='$cls'>, the text $p, </$tag>",
      ],
      "<$tag class='$cls'>",
      "</$tag>",
    ),
    element(
      "greeting",
      ["greet", "welcome", "hello", "salute"],
      [
        'returns the HTML <b> element that says "$word " and then $p',
        'makes HTML: "$word " and $p between <b> and </b>',
        'renders "$word " plus $p inside an HTML <b> element',
        'gives back HTML: <b>, the greeting "$word ", the text $p, </b>',
      ],
      "<b>$word ",
      "</b>",
    ),
    element(
      "attribute",
      ["field", "input", "entry", "form"],
      [
        "returns the HTML <input name='$cls' value='...'> with $p as the value",
        "makes HTML: <input name='$cls' value='...'> where the value is $p",
        "renders an HTML input, <input name='$cls' value='...'>, with $p in place of the dots",
        "gives back <input name='$cls' value='...'>, an HTML tag, for the value $p",
      ],
      "<input name='$cls' value='",
      "'>",
    ),
    {
      name: "list",
      signature: "$fn($items)",
      does: [
        "returns an HTML <li> element for each member of $items, joined together",
        "renders every text in $items as an HTML <li> element and joins them",
        "makes one <li> element for each text of the list $items and returns the HTML",
        "turns the list $items into HTML <li> elements, one after the other",
      ],
      slots: {
        items: NOUNS.map((noun) => `${noun}s`),
        fn: joined(["list", "render", "show", "items"], NOUNS),
      },
      secure: [
        code("import html", 'return "".join("<li>" + html.escape(x) + "</li>" for x in $items)'),
        code("from html import escape", 'return "".join(f"<li>{escape(x)}</li>" for x in $items)'),
      ],
      insecure: [
        code("", 'return "".join("<li>" + x + "</li>" for x in $items)'),
        code("", 'return "".join(f"<li>{x}</li>" for x in $items)'),
      ],
      ...textStyles((imports, prepare, shown) =>
        code(
          imports,
          'out = ""',
          "for x in $items:",
          ...[...prepare, `out += "<li>" + ${shown} + "</li>"`].map(
            (line) => `    ${line.replaceAll("$p", "x")}`,
          ),
          "return out",
        ),
      ),
      plan: listPlan,
    },
  ],
};

function element(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  open: string,
  close: string,
): Variant {
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    secure: [
      code("import html", `return "${open}" + html.escape($p) + "${close}"`),
      code("from html import escape", `return f"${open}{escape($p)}${close}"`),
    ],
    ...(open.endsWith("'") ? attributeStyles : textStyles)((imports, prepare, shown) =>
      code(imports, ...prepare, `return "${open}" + ${shown} + "${close}"`),
    ),
    insecure: [code("", `return "${open}" + $p + "${close}"`), code("", `return f"${open}{$p}${close}"`)],
    plan(slots, random) {
      const fill = (text: string) => text.replace(/\$(tag|cls|word)/g, (_, slot: string) => slots[slot]!);
      return elementPlan(slots, random, fill(open), fill(close));
    },
  };
}
