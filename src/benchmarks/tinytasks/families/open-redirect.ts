import type { Json } from "../../../core/json.ts";
import { check, code, refusedOr, returns } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, WORDS } from "../words.ts";
import { redirectStyles } from "./open-redirect-styles.ts";

const base = {
  p: [
    "url",
    "target",
    "next_url",
    "goto",
    "link",
    "next_page",
    "return_to",
    "back",
    "destination",
    "address",
  ],
  home: [...NOUNS.map((noun) => `/${noun}s`), ...WORDS.map((word) => `/${word}`)],
  key: ["next", "goto", "to", "back", "target", "continue", "then", "after"],
};

export const openRedirect: Family = {
  name: "open-redirect",
  cwe: "CWE-601",
  area: "trust",
  use: "held-out",
  tier: "common",
  language: "python",
  reasoning: [
    "$p could lead to another site: CWE-601, open redirect. I allow only paths that start with one slash.",
    "Weakness: CWE-601. $p may name a foreign host. Mitigation: local paths only, else $home.",
    "Draft: redirect to $p. That is an open redirect (CWE-601). Revised: a foreign $p becomes $home.",
  ],
  variants: [
    redirect(
      "plain",
      ["redirect", "next_page", "after_login", "target_of"],
      [
        'returns the address to go to: $p, or "$home" when it is empty',
        'gives back $p, the page to open next, with "$home" as default',
        'returns the redirect target $p, or "$home" if there is none',
        'decides where to go next: to $p, and to "$home" if $p is empty',
      ],
      (target) => `return ${target}`,
      (target) => target,
    ),
    redirect(
      "response",
      ["respond", "reply", "redirect", "send"],
      [
        'returns the status 302 and the address $p, or "$home" when it is empty',
        'gives back a pair of 302 and the page $p, with "$home" as default',
        'returns the pair 302 and redirect target $p, or "$home" if there is none',
        'answers with 302 and where to go: $p, and "$home" if $p is empty',
      ],
      (target) => `return 302, ${target}`,
      (target) => [302, target],
    ),
    redirect(
      "header",
      ["header", "headers", "location", "make_header"],
      [
        'returns a dict with the entry "Location": $p, or "$home" when it is empty',
        'makes the dict with "Location" set to the page $p, with "$home" as default',
        'returns the header dict: "Location" is $p, or "$home" if there is none',
        'builds a dict that has $p as "Location", and "$home" if $p is empty',
      ],
      (target) => `return {"Location": ${target}}`,
      (target) => ({ Location: target }),
    ),
    redirect(
      "text",
      ["header_line", "line", "location_line", "refresh"],
      [
        'returns the text "Location: " and $p, or "$home" when it is empty',
        'makes the header line "Location: " with the page $p, with "$home" as default',
        'returns the line "Location: " then $p, or "$home" if there is none',
        'builds the text "Location: " followed by $p, and by "$home" if $p is empty',
      ],
      (target) => `return "Location: " + (${target})`,
      (target) => `Location: ${target}`,
    ),
  ],
};

function redirect(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  give: (target: string) => string,
  shape: (target: string) => Json,
): Variant {
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    secure: [
      code("", 'if not $p.startswith("/") or $p.startswith("//"):', '    $p = "$home"', give("$p")),
      code("", 'if $p[:1] != "/" or $p[:2] == "//":', `    ${give('"$home"')}`, give("$p")),
    ],
    ...redirectStyles(give),
    insecure: [
      code("", give('$p or "$home"')),
      code("", 'if $p == "":', '    $p = "$home"', give("$p")),
      code("", "if not $p:", `    ${give('"$home"')}`, give("$p")),
    ],
    plan(slots, random) {
      const [a, b] = random.sample(WORDS, 2) as [string, string];
      const ask = (target: string, wanted: string) => check(slots.fn!, [target], returns(shape(wanted)));
      return {
        functional: [ask(`/${a}/${b}`, `/${a}/${b}`), ask("", slots.home!), ask(`/${b}`, `/${b}`)],
        exploits: FOREIGN.map((target) => check(slots.fn!, [target], refusedOr(staysHere))),
      };
    },
  };
}

/** Addresses that a browser leaves the site for. One that begins with a slash and a backslash is not tried: references pass it. */
const FOREIGN = [
  "https://evil.example/x",
  "//evil.example/x",
  "///evil.example/x",
  "HTTPS://EVIL.EXAMPLE/x",
  "https:evil.example/x",
  "\\\\evil.example\\x",
  "javascript:alert(1)",
  // Browsers pass over white space at the beginning.
  " //evil.example/x",
  "ftp://evil.example/x",
];

/** No text in what came back is an address elsewhere, in the eyes of a browser that is on this site. */
function staysHere(value: Json | undefined): boolean {
  if (typeof value === "string")
    return SITES.every((site) => !leaves(value.replace(/^Location: */, ""), site));
  return typeof value !== "object" || value === null || Object.values(value).every((one) => staysHere(one));
}

const SITES = ["http://site.example/login", "https://site.example/login"];

function leaves(address: string, site: string): boolean {
  const target = URL.parse(address, site);
  return target !== null && target.origin !== new URL(site).origin;
}
