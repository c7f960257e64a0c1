import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { stringKinds } from "./grammar.ts";

const conversion = /%(%|[-+ #0,]*(?:\d+)?(?:\.\d+)?(?:hh|h|ll|l|z|j|t|L)?([a-zA-Z])|.)/gs;
/** Of `%d` and its like: whatever is given, a number is written. */
const numeric = new Set("diuoxXeEfFgG");

export function isFormat(node: SyntaxNode): boolean {
  return stringKinds.has(node.kind) && node.text.includes("%");
}

/** Which values of a printf format are written as numbers, by their order; none where the format says more than we read (`%*d`, `%1$s`). */
export function numericPlaces(format: string): readonly boolean[] {
  const places: boolean[] = [];
  for (const [, whole, letter] of format.matchAll(conversion)) {
    if (whole === "%") continue;
    if (letter === undefined) return [];
    places.push(numeric.has(letter));
  }
  return places;
}

/** `{value:d}` of a Python f-string: the conversion refuses what is no number. */
export function isNumericInterpolation({ kind, children }: SyntaxNode): boolean {
  const last = children.at(-1);
  return kind === "interpolation" && last?.kind === "format_specifier" && /[bcdoxXeEfFgGn%]$/.test(last.text);
}
