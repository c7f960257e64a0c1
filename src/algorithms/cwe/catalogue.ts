import { readFileSync } from "node:fs";
import { normalizeCwe } from "./normalize-cwe.ts";

/** `Category` entries are groups, not weaknesses: they have no parents and are never to be mapped to. */
export type CweAbstraction = "Pillar" | "Class" | "Base" | "Variant" | "Compound" | "Category";
/** MITRE's word on whether a weakness may be named as the cause of a defect. */
export type CweUsage = "Allowed" | "Allowed-with-Review" | "Discouraged" | "Prohibited" | "Unknown";

export interface CweEntry {
  /** `CWE-79` */
  readonly id: string;
  readonly name: string;
  readonly abstraction: CweAbstraction;
  /** ChildOf relations of the research view (1000). */
  readonly parents: readonly string[];
  readonly usage: CweUsage;
}

interface Catalogue {
  readonly version: string;
  readonly attribution: string;
  readonly entries: ReadonlyMap<string, CweEntry>;
}

type Row = readonly [number, string, CweAbstraction, readonly number[], CweUsage];
let loaded: Catalogue | undefined;

/** The pinned CWE list (`catalogue.json`, made by scripts/cwe-catalogue.ts), read once. */
export function cweCatalogue(): Catalogue {
  loaded ??= load();
  return loaded;
}

/** The entry of an id in any spelling, or undefined when the list has none. */
export function cweEntry(id: string | number): CweEntry | undefined {
  const normal = normalizeCwe(id);
  return normal === undefined ? undefined : cweCatalogue().entries.get(normal);
}

/** Why an id should not be named as a weakness (unknown, discouraged, a category), in a sentence; undefined when it may be. */
export function cweWarning(id: string | number): string | undefined {
  const entry = cweEntry(id);
  if (entry === undefined) return `${id} is not in the CWE list ${cweCatalogue().version}`;
  if (entry.abstraction === "Category") return `${entry.id} is a category (${entry.name}), not a weakness`;
  if (entry.usage === "Allowed" || entry.usage === "Allowed-with-Review") return undefined;
  return `mapping to ${entry.id} (${entry.name}) is ${entry.usage.toLowerCase()} by the CWE list: name a more specific one`;
}

function load(): Catalogue {
  const text = readFileSync(new URL("./catalogue.json", import.meta.url), "utf8");
  const { version, attribution, rows } = JSON.parse(text) as Omit<Catalogue, "entries"> & { rows: Row[] };
  const entries = rows.map(([id, name, abstraction, parents, usage]): [string, CweEntry] => [
    `CWE-${id}`,
    { id: `CWE-${id}`, name, abstraction, parents: parents.map((parent) => `CWE-${parent}`), usage },
  ]);
  return { version, attribution, entries: new Map(entries) };
}
