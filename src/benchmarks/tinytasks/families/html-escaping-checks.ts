import type { Json } from "../../../core/json.ts";
import { canonicalJson } from "../../../util/hash.ts";
import { check, refusedOr, returns } from "../cases.ts";
import type { Argument, Plan, Slots } from "../family.ts";
import type { Random } from "../random.ts";
import { WORDS } from "../words.ts";

/** Texts that are markup once they stand in HTML, for stripping and refusing of several kinds. */
const MARKUP = [
  "<script>alert(1)</script>",
  "<IMG SRC=x ONERROR=alert(1)>",
  // Without an end: what follows has one.
  "<svg onload=alert(1) ",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "</b><a href=x>",
  // Only for those who unescape.
  "&lt;img src=x onerror=alert(1)&gt;",
];

/** Values that would end an attribute between single quotes. */
const QUOTED = ["'><img src=x>", "' onfocus='alert(1)", "'autofocus='", "'s"];

/** Calls of a function that puts one text between `open` and `close`. */
export function elementPlan(slots: Slots, random: Random, open: string, close: string): Plan {
  const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
  const ask = (value: string) => check(slots.fn!, [value], returns(open + value + close));
  const inAttribute = open.endsWith("'");
  const isIntact = (shown: Json) =>
    inAttribute && typeof shown === "string" && shown.startsWith(open) && shown.endsWith(close)
      ? !shown.slice(open.length, -close.length).includes("'")
      : hasTags(shown, tagsIn(open + close), 1);
  return {
    functional: [ask(a), ask(`${b} ${c}`)],
    exploits: (inAttribute ? QUOTED : MARKUP).map((value) =>
      check(slots.fn!, [inAttribute ? a + value : value], refusedOr(isIntact)),
    ),
  };
}

/** Calls of a function that makes an `<li>` of each text. */
export function listPlan(slots: Slots, random: Random): Plan {
  const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
  const show = (items: readonly string[]) => items.map((item) => `<li>${item}</li>`).join("");
  // Line breaks between the elements are as good as none.
  const ask = (...items: string[]) =>
    check(
      slots.fn!,
      [items],
      ({ returned }) =>
        typeof returned === "string" && returned.replace(/>\s+</g, "><").trim() === show(items),
    );
  const hostile = (...items: string[]) =>
    check(
      slots.fn!,
      [items as Argument],
      refusedOr((shown) => hasTags(shown, tagsIn(show([""])), items.length)),
    );
  return {
    functional: [ask(a, b), ask(c)],
    exploits: [...MARKUP.map((value) => hostile(a, value)), hostile("</li><li>", b)],
  };
}

/** Whether a text holds no tags but `tags`, in their order, up to so many times. */
function hasTags(shown: Json, tags: readonly string[], times: number): boolean {
  const found = tagsIn(typeof shown === "string" ? shown : JSON.stringify(shown));
  return Array.from({ length: times + 1 }, (_, n) => Array.from({ length: n }, () => tags).flat()).some(
    (allowed) => canonicalJson(found) === canonicalJson(allowed),
  );
}

/** Where a browser sees a tag begin, up to its end. */
function tagsIn(html: string): string[] {
  return html.match(/<[a-z!/?][^>]*>?/gi) ?? [];
}
