import { UTILITY, utility } from "../../families/utility.ts";
import type { Family, Variant } from "../../family.ts";

/** What the C utility families share. */
export const C_UTILITY = { ...UTILITY, language: "c" } as const satisfies Partial<Family>;

/** One utility variant with a C signature: `returns` is its type, `parameters` are C declarations. */
export function cUtility({
  returns,
  ...fields
}: Parameters<typeof utility>[0] & { returns: string }): Variant {
  return { ...utility(fields), signature: `${returns} $fn(${fields.parameters})` };
}
