import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

export type Path = readonly (string | number)[];

/** A YAML file that still knows where each of its values stands. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** `file:line:column` of the value at a path, or of the nearest ancestor that is in the file. */
  place(path: Path): string;
  /** The same for the key of a member. */
  placeOfKey(path: Path): string;
  has(path: Path): boolean;
}

/** A YAML text that does not parse, with the places. */
export class YamlError extends Error {}

/** Reads YAML text; `file` is only for messages. Throws YamlError with one `file:line:column: reason` line per mistake. */
export function readYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.length > 0) {
    throw new YamlError(mistakes.map(({ pos, message }) => `${at(pos[0])}: ${message}`).join("\n"));
  }
  return {
    file,
    value: toValue(document, file),
    place: (path) => at(offsetOf(document, path, false)),
    placeOfKey: (path) => at(offsetOf(document, path, true)),
    has: (path) => document.hasIn(path),
  };
}

/** Aliases of aliases can stand for more than fits into memory. */
function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new YamlError(`${file}:1:1: ${(cause as Error).message}`);
  }
}

function offsetOf(document: Document, path: Path, wantKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (!pair) return offset;
      if (isLast && wantKey) return startOf(pair.key) ?? offset;
      node = pair.value;
      offset = startOf(node) ?? startOf(pair.key) ?? offset;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
