import type { Hit } from "./matchers/matcher.ts";
import { pattern } from "./pattern.ts";

/** `<0>`: an argument's text; `<0*>`: the first name in it, behind `sizeof`; `<base>`: what is subscripted; `<value>`: the part of a tree that a condition is about. */
const placeholder = /<(\d|base|value)(\*)?>/g;
const nothing = /(?!)/;

/**
 * A pattern about what stands around a hit, in which the hit's own parts may be named: `strlen\(<1>\)` asks whether the function takes
 * the length of this call's second argument. Where the hit has no such part nothing matches.
 */
export function surroundingPattern(source: string): (hit: Hit) => RegExp {
  if (source.search(placeholder) < 0) {
    const plain = pattern(source);
    return () => plain;
  }
  const made = new Map<string, RegExp>();
  return ({ part }) => {
    let complete = true;
    const filled = source.replace(placeholder, (_, place: string, nameOnly: string | undefined) => {
      const text = part?.(place);
      const asked =
        nameOnly === undefined ? text : /[A-Za-z_]\w*/.exec(text?.replace(/^\(?\s*sizeof\b/, "") ?? "")?.[0];
      if (asked === undefined) complete = false;
      return RegExp.escape(asked ?? "");
    });
    if (!complete) return nothing;
    const known = made.get(filled) ?? pattern(filled);
    if (made.size < 1_000) made.set(filled, known);
    return known;
  };
}
