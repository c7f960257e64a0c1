import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { FileContext } from "./file-context.ts";
import { callKinds, roleOf } from "./grammar.ts";

/** A literal of one line. */
const literal = /^[a-zA-Z]{0,2}(["'`])([^\n"'`]*)\1$/;
/** A name in front of a string that is put together: `BASE + …`, `${BASE}…`, `f"{BASE}…"`. */
const nameFirst = /^(?:`\$\{\s*([\w$]+)\s*\}|[fF]["']\{\s*(\w+)\s*\}|([A-Za-z_$][\w$]*)(?=\s*\+))/;

/**
 * How a string that is put together surely begins, without its quotes: `"https://example.com/" + id` with the literal, and
 * `BASE + "/" + id` with the one that the file gives `BASE` once. Empty where that is not known.
 */
export function beginning(value: SyntaxNode, file: FileContext): string {
  const node = file.resolve(value);
  const { text, kind } = node;
  // One of two texts, or one that is changed afterwards.
  if (roleOf(kind) === "choice") return "";
  if (callKinds.has(kind) && !/^(format|concat)$/.test(file.call(node).last)) return "";
  const [front, ...names] = nameFirst.exec(text) ?? [];
  const name = names.find((one) => one !== undefined);
  if (front === undefined || name === undefined) return /^[a-zA-Z]{0,2}["'`]([\s\S]*)/.exec(text)?.[1] ?? "";
  const given = literal.exec(file.valueOf(name)?.text ?? "")?.[2];
  return given === undefined ? "" : given + text.slice(front.length).replace(/^\s*\+\s*[fF]?["'`]/, "");
}
