import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import type { FileContext } from "./file-context.ts";

/** The number that an expression of C stands for: literals, names that the file gives one, and what is computed from them. */
export function constantValue(node: SyntaxNode, file: FileContext): number | null {
  return evaluate(node.text, file, 0);
}

const token =
  /\s*(?:(0[xX][\da-fA-F]+|\d+)[uUlL]*\b(?!\.)|([A-Za-z_]\w*)|([-+*()])|(\/\*[\s\S]*?\*\/|\/\/.*))/y;

function evaluate(text: string, file: FileContext, depth: number): number | null {
  if (text.length > 100 || depth > 4) return null;
  const tokens: (number | string)[] = [];
  const { length } = text.trimEnd();
  for (let at = 0; at < length; ) {
    token.lastIndex = at;
    const [all, number, name, sign, comment] = token.exec(text) ?? [];
    at += all?.length ?? 0;
    if (number !== undefined) tokens.push(Number(number));
    else if (sign !== undefined) tokens.push(sign);
    else if (name !== undefined) {
      const given = file.valueOf(name);
      const value = given === null ? null : evaluate(given.text, file, depth + 1);
      if (value === null) return null;
      tokens.push(value);
    } else if (comment === undefined) return null;
  }
  const rest = tokens[Symbol.iterator]();
  let [next] = tokens;
  rest.next();
  const advance = () => {
    next = rest.next().value;
  };
  const sum = (): number => {
    let value = product();
    while (next === "+" || next === "-") {
      const sign = next === "+" ? 1 : -1;
      advance();
      value += sign * product();
    }
    return value;
  };
  const product = (): number => {
    let value = single();
    while (next === "*") {
      advance();
      value *= single();
    }
    return value;
  };
  const single = (): number => {
    const now = next;
    advance();
    if (typeof now === "number") return now;
    if (now !== "(") return Number.NaN;
    const value = sum();
    if (next !== ")") return Number.NaN;
    advance();
    return value;
  };
  const value = sum();
  return next === undefined && Number.isSafeInteger(value) ? value : null;
}
