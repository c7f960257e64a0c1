// node scripts/cwe-catalogue.ts FOLDER: writes src/algorithms/cwe/catalogue.json from a checkout of the public repository
// CWE-CAPEC/REST-API-wg (folder json_repo: the CWE list as JSON, published by MITRE's CWE programme). Needed only for a newer list.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: node scripts/cwe-catalogue.ts FOLDER (a checkout of CWE-CAPEC/REST-API-wg)\n");
  process.exit(2);
}

interface Entry {
  ID: string;
  Name: string;
  Abstraction?: string;
  RelatedWeaknesses?: { Nature: string; CweID: string; ViewID: string }[];
  MappingNotes?: { Usage: string };
}
const repository = join(folder, "json_repo");
const version = JSON.parse(await readFile(join(repository, "cwev.json"), "utf8"));
const weaknesses = (await entries("W")).map((entry) => row(entry, entry.Abstraction ?? "Base"));
const categories = (await entries("C")).map((entry) => row(entry, "Category"));

const catalogue = {
  version: version.ContentVersion,
  date: version.ContentDate,
  source: "CWE-CAPEC/REST-API-wg on GitHub, folder json_repo",
  attribution:
    "Common Weakness Enumeration (CWE), copyright 2006-2026 The MITRE Corporation; CWE and the CWE logo are trademarks of " +
    "The MITRE Corporation. Used under the CWE terms of use (cwe.mitre.org/about/termsofuse.html).",
  columns: ["id", "name", "abstraction", "parents in view 1000", "mapping usage"],
};
const rows = [...weaknesses, ...categories].sort((a, b) => Number(a[0]) - Number(b[0]));
const head = JSON.stringify(catalogue, null, 1).slice(0, -2);
const body = rows.map((entry) => JSON.stringify(entry)).join(",\n");
const target = new URL("../src/algorithms/cwe/catalogue.json", import.meta.url);
await writeFile(target, `${head},\n "rows": [\n${body}\n]}\n`);
process.stdout.write(
  `CWE ${catalogue.version}: ${weaknesses.length} weaknesses, ${categories.length} categories\n`,
);

async function entries(kind: "W" | "C"): Promise<Entry[]> {
  const names = (await readdir(join(repository, kind))).filter((name) => /^\d+\.json$/.test(name));
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(repository, kind, name), "utf8"))),
  );
}

function row({ ID, Name, RelatedWeaknesses = [], MappingNotes }: Entry, abstraction: string) {
  const parents = RelatedWeaknesses.filter(({ Nature, ViewID }) => Nature === "ChildOf" && ViewID === "1000");
  return [
    Number(ID),
    Name,
    abstraction,
    parents.map(({ CweID }) => Number(CweID)),
    MappingNotes?.Usage ?? "Unknown",
  ];
}
