import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { constantValue } from "./constant-value.ts";
import type { FileContext } from "./file-context.ts";
import { scopeOf } from "./parameters.ts";

/** An array of C whose size is written out where it is declared. */
export interface SizedArray {
  readonly elements: number;
  /** Null where the size of an element is not known. */
  readonly bytes: number | null;
}

/** What an expression names: a local array, one of the file, or the member of a structure that is called so. */
export function sizedArray(value: SyntaxNode, file: FileContext): SizedArray | null {
  const place = /^[\w.>-]+$/.test(value.text) ? value.text : "";
  const name = place.replace(/^.*(\.|->)/, "");
  const isMember = name !== place;
  const declared = (file.arrays.get(name) ?? []).filter(({ inStructure }) => inStructure === isMember);
  const scope = scopeOf(value);
  const own = declared.filter((array) => array.scope === scope && array.declarator.start < value.start);
  const [only, second] = own.length > 0 ? own : declared.filter((array) => array.scope.parent === null);
  if (only === undefined || second !== undefined) return null;
  const elements = constantValue(only.size, file);
  if (elements === null || elements <= 0) return null;
  return { elements, bytes: only.elementBytes === null ? null : elements * only.elementBytes };
}

/** Where an array is declared. */
export interface ArrayDeclaration {
  readonly declarator: SyntaxNode;
  readonly scope: SyntaxNode;
  readonly size: SyntaxNode;
  readonly elementBytes: number | null;
  readonly inStructure: boolean;
}

const declarators = new Set(["array_declarator"]);

/** Arrays of one dimension by name. Parameters are pointers, whatever they look like. */
export function declaredArrays(root: SyntaxNode): Map<string, ArrayDeclaration[]> {
  const found = new Map<string, ArrayDeclaration[]>();
  for (const declarator of root.within(declarators)) {
    const [name, size] = declarator.children;
    const around =
      declarator.parent?.kind === "init_declarator" ? declarator.parent.parent : declarator.parent;
    const isField = around?.kind === "field_declaration";
    if (name === undefined || size === undefined || around == null) continue;
    if (!/identifier$/.test(name.kind) || !(isField || around.kind === "declaration")) continue;
    const type = around.field("type")?.text ?? "";
    const array = {
      declarator,
      scope: scopeOf(declarator),
      size,
      elementBytes: bytesOf(type),
      inStructure: isField,
    };
    const known = found.get(name.text);
    if (known === undefined) found.set(name.text, [array]);
    else known.push(array);
  }
  return found;
}

function bytesOf(type: string): number | null {
  if (/^(unsigned |signed )?char$|^u?int8_t$|^(u8|BYTE|uchar|guint8|gchar|std::byte|bool)$/.test(type))
    return 1;
  if (/\bshort\b|^u?int16_t$/.test(type)) return 2;
  if (/^(unsigned|int|unsigned int|float|u?int32_t)$/.test(type)) return 4;
  return null;
}
