import type { Variant } from "../../src/benchmarks/tinytasks/family.ts";
import { escaped } from "./key-sentences.ts";

/** Which of a variant's references a code is, whatever its identifiers and constants. */
export type Form = "secure" | "insecure";

const known = new Map<Variant, Readonly<Record<Form, readonly RegExp[]>>>();

/** The form of which the whole code is; null: neither, so it is no reference of this variant. */
export function formOf(code: string, variant: Variant): Form | null {
  const patterns = known.get(variant) ?? patternsOf(variant);
  known.set(variant, patterns);
  const forms = (["secure", "insecure"] as const).filter((form) =>
    patterns[form].some((pattern) => pattern.test(code)),
  );
  return forms.length === 1 ? forms[0]! : null;
}

function patternsOf(variant: Variant): Readonly<Record<Form, readonly RegExp[]>> {
  const of = (texts: readonly string[]) => texts.map((text) => patternOf(text, variant));
  return { secure: of(variant.secure), insecure: of(variant.insecure) };
}

/** A reference with open places: equal ones hold the same, and a constant is one of its pool. */
function patternOf(text: string, variant: Variant): RegExp {
  const { signature } = variant;
  const seen = new Set<string>();
  const source = text
    .replace(/\$sig\b/g, () => signature)
    .split(/\$([a-z]+)/)
    .map((part, index) => {
      if (index % 2 === 0) return escaped(part);
      if (seen.has(part)) return `\\k<${part}>`;
      seen.add(part);
      const pool = variant.slots[part] ?? derivedPool(part, variant);
      // Pools of names stay open, for pre-training has others.
      return `(?<${part}>${pool.every((value) => /^\w+$/.test(value)) ? "\\w+" : pool.map(escaped).join("|")})`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}

/** All values of a place that follows from another one. */
function derivedPool(part: string, { slots, derive }: Variant): string[] {
  const first = Object.fromEntries(Object.entries(slots).map(([name, [value]]) => [name, value!]));
  return Object.entries(slots).flatMap(([name, values]) =>
    values.flatMap((value) => derive?.({ ...first, [name]: value })[part] ?? []),
  );
}
