import type { JsonObject } from "../core/json.ts";
import type { AnyAdapter } from "./registry-shape.ts";

/** The roles of models that an adapter asks with these settings, and the fields that name them. */
export function modelRoles(
  { models = [] }: AnyAdapter,
  config: JsonObject,
): { readonly field: string; readonly role: string }[] {
  return (models as readonly string[]).flatMap((field) => {
    const role = config[field];
    return typeof role === "string" ? [{ field, role }] : [];
  });
}
