/** A place of a text and what is put there instead: as long as what it replaces, so that all offsets stay. */
export interface Edit {
  readonly start: number;
  readonly text: string;
}

/** Puts edits in by their place; of two that overlap the later one is left out. */
export function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, text: put } of edits.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), put);
    at = start + put.length;
  }
  return parts.join("") + text.slice(at);
}

/** Everything that a pattern matches, as blanks. */
export function blanks(text: string, pattern: RegExp): Edit[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ start: index, text: spaces(found) }));
}

/** Blanks for everything but line breaks and tabs. */
export function spaces(text: string): string {
  return text.replace(/[^\n\r\t]/g, " ");
}

const literal = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/g;

/** C or C++ with comments and what stands in strings and characters as blanks. */
export function withoutLiterals(text: string): string {
  return text.replace(literal, (part) =>
    part.startsWith("/") ? spaces(part) : `${part[0]}${spaces(part.slice(1, -1))}${part[0]}`,
  );
}

/** C or C++ with comments as blanks. */
export function withoutComments(text: string): string {
  return text.replace(literal, (part) => (part.startsWith("/") ? spaces(part) : part));
}
