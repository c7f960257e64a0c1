import type { ResolvedUse } from "./config-schema.ts";

/** The analyzer that settles what another could not parse: real parsers alone, because tree-sitter's word is what is disputed. */
export const syntaxAnalyzer: ResolvedUse = { adapter: "syntax", config: { fallback: false } };
