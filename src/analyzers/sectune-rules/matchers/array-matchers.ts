import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import { sizedArray } from "../array-sizes.ts";
import { constantValue } from "../constant-value.ts";
import type { FileContext } from "../file-context.ts";
import { nameMatcher } from "../glob.ts";
import { operatorOf, subscriptKinds } from "../grammar.ts";
import type { Match } from "../rule-schema.ts";
import type { CallMatcher, FileMatcher, Hit } from "./matcher.ts";

/** Calls that are told to go through more bytes than an array of known size has. */
export function overrunMatcher({ call, target, size }: NonNullable<Match["overrun"]>): CallMatcher {
  const names = nameMatcher(call);
  return {
    lastSegments: names.lastSegments,
    check: (found, file) => {
      if (!names.matches(found)) return null;
      const at = (place: number) => found.args.find(({ index }) => index === place)?.value ?? null;
      const array = at(target);
      const bytes = array === null ? null : (sizedArray(array, file)?.bytes ?? null);
      if (bytes === null) return null;
      let given = 1;
      for (const place of size) {
        const value = at(place);
        const number = value === null ? null : constantValue(value, file);
        if (number === null) return null;
        given *= number;
      }
      return given > bytes ? { node: found.node, taint: null } : null;
    },
  };
}

const loops = new Set(["for_statement"]);

/** Loops that count past the end of an array of known size, and elements behind that end. */
export function beyondMatcher(where: NonNullable<Match["beyond"]>): FileMatcher {
  return {
    find: (file) => (file.arrays.size === 0 ? [] : where === "loop" ? longLoops(file) : elements(file)),
  };
}

function longLoops(file: FileContext): Hit[] {
  return file.tree.ofKind(loops).flatMap((loop): Hit[] => {
    const counted = countedTo(loop, file);
    const body = loop.field("body");
    if (counted === null || body === null) return [];
    const { name, last } = counted;
    // A body that looks at the count itself may leave in time.
    if (new RegExp(`\\b${RegExp.escape(name)}\\s*(?:[<>]=?|[!=]=)`).test(body.text)) return [];
    const passed = body.within(subscriptKinds).find((element) => {
      const array = element.children[0];
      return (
        indexText(element) === name &&
        array !== undefined &&
        (sizedArray(array, file)?.elements ?? last + 1) <= last
      );
    });
    return passed === undefined ? [] : [{ node: loop, taint: null }];
  });
}

/** The variable of a loop that counts up by one, and the last value with which its body runs. */
function countedTo(loop: SyntaxNode, file: FileContext): { name: string; last: number } | null {
  const [condition, update] = [loop.field("condition"), loop.field("update")];
  if (condition?.kind !== "binary_expression" || update === null) return null;
  const [left, right] = [condition.field("left"), condition.field("right")];
  if (left?.kind !== "identifier" || right === null) return null;
  if (!/^(\+\+\s*\w+|\w+\s*\+\+|\w+\s*\+=\s*1)$/.test(update.text) || !update.text.includes(left.text))
    return null;
  const bound = constantValue(right, file);
  const sign = operatorOf(condition);
  if (bound === null || (sign !== "<" && sign !== "<=")) return null;
  return { name: left.text, last: sign === "<" ? bound - 1 : bound };
}

function elements(file: FileContext): Hit[] {
  return file.tree.ofKind(subscriptKinds).flatMap((element): Hit[] => {
    const array = element.children[0];
    const index = element.field("index") ?? element.children[1] ?? null;
    // The place just behind an array may be pointed at; what stands in `sizeof` is not touched.
    if (array === undefined || index === null || /^&|sizeof/.test(element.parent?.text.slice(0, 8) ?? ""))
      return [];
    const number = constantValue(
      index.kind === "subscript_argument_list" ? (index.children[0] ?? index) : index,
      file,
    );
    const sized = number === null ? null : sizedArray(array, file);
    if (number === null || sized === null || number < sized.elements) return [];
    return [{ node: element, taint: null, part: (place) => (place === "base" ? array.text : undefined) }];
  });
}

function indexText(element: SyntaxNode): string | undefined {
  const index = element.field("index") ?? element.children[1];
  return index?.text.replace(/^\[|\]$/g, "");
}
