import { resolve } from "node:path";

/** `--store`, the recipe's `store`, SECTUNE_HOME, or `./.sectune`; the first that is given. */
export function storeRoot(config: { store?: string | undefined }, flag?: string | undefined): string {
  return resolve(flag ?? config.store ?? process.env.SECTUNE_HOME ?? ".sectune");
}
