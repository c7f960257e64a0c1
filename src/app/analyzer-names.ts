import type { ResolvedUse } from "./config-schema.ts";

/** The analyzers of a recipe file by name: the adapter's, numbered from the second on where several share it (`icd`, `icd 2`). */
export function namedAnalyzers(uses: readonly ResolvedUse[]): Record<string, ResolvedUse> {
  const named: Record<string, ResolvedUse> = {};
  for (const [index, use] of uses.entries()) {
    const earlier = uses.slice(0, index).filter(({ adapter }) => adapter === use.adapter).length;
    named[earlier === 0 ? use.adapter : `${use.adapter} ${earlier + 1}`] = use;
  }
  return named;
}
