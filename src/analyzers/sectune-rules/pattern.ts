/** Compiles a rule's pattern: JavaScript's syntax; `(?i)` at its start makes it ignore case, `(?s)` lets `.` be a line's end too. */
export function pattern(source: string): RegExp {
  const [, flags = "", rest = ""] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(source)!;
  return new RegExp(rest, flags);
}

/** Whether `pattern` accepts it. */
export function isPattern(source: string): boolean {
  try {
    pattern(source);
    return true;
  } catch {
    return false;
  }
}
