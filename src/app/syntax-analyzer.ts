import { isAppError } from "../core/error.ts";
import type { Binding } from "../engine/binding.ts";
import { type BindContext, bind, requireAvailable } from "./bind.ts";
import type { ResolvedUse } from "./config-schema.ts";

/** The analyzer that settles what another could not parse: real parsers alone, because tree-sitter's word is what is disputed. */
export const syntaxAnalyzer: ResolvedUse = { adapter: "syntax", config: { fallback: false } };

/** Binds it; undefined where there is no sandbox, or nothing in it, to parse with. */
export async function bindParser(context: BindContext): Promise<Binding | undefined> {
  try {
    const binding = await bind("analyzer", syntaxAnalyzer, context);
    await requireAvailable(binding, context);
    return binding;
  } catch (error) {
    if (isAppError(error) && error.code === "prerequisite-missing") return undefined;
    throw error;
  }
}
