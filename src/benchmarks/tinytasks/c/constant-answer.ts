/** A C function of the given prototype that does nothing but return `value`: 0 for None and [0], 1 for True. */
export function cConstantAnswer(prototype: string, value: string): string {
  const type = prototype.replace(/\w+\(.*/, "").trim();
  const body = type === "void" ? "" : `return ${type.endsWith("*") || value !== "True" ? 0 : 1};`;
  return `#include <stddef.h>\n#include <stdio.h>\n\n${prototype} {\n    ${body}\n}`;
}
