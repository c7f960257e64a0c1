/**
 * Writes the pre-training corpus of tiny-coder: NDJSON, one document `{"messages": […]}` a line.
 * Usage: node scripts/with-node.mjs scripts/tiny-corpus.ts OUT.ndjson [--documents 200000] [--seed 0] [--stage first]
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { corpusDocuments, corpusLine, STAGES, type Stage } from "../src/benchmarks/tinytasks/corpus.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: "string", default: "200000" },
    seed: { type: "string", default: "0" },
    stage: { type: "string", default: "first" },
  },
});
const [path] = positionals;
const documents = Number(values.documents);
const { stage } = values;
if (path === undefined || !Number.isInteger(documents) || documents < 1 || !isStage(stage)) {
  console.error(
    `usage: node scripts/tiny-corpus.ts OUT.ndjson [--documents 200000] [--seed 0] [--stage ${STAGES.join("|")}]`,
  );
  process.exit(2);
}

const file = openSync(path, "w");
let lines: string[] = [];
const flush = () => {
  writeSync(file, lines.join(""));
  lines = [];
};
for (const document of corpusDocuments({ stage, seed: values.seed, documents }))
  if (lines.push(corpusLine(document)) === 2000) flush();
flush();
closeSync(file);
console.error(`${documents} documents -> ${path}`);

function isStage(name: string): name is Stage {
  return STAGES.some((stage) => stage === name);
}
