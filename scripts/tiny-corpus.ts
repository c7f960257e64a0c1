/**
 * Writes the pre-training corpus of tiny-coder: NDJSON, one document `{"messages": […]}` a line.
 * Usage: node scripts/with-node.mjs scripts/tiny-corpus.ts OUT.ndjson [--documents 200000] [--seed 0] [--stage first|second]
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { corpusDocument, type Stage } from "../src/benchmarks/tinytasks/corpus.ts";
import { seededRandom } from "../src/benchmarks/tinytasks/random.ts";

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
    "usage: node scripts/tiny-corpus.ts OUT.ndjson [--documents 200000] [--seed 0] [--stage first|second]",
  );
  process.exit(2);
}

const random = seededRandom(`tiny-corpus/${stage === "first" ? "" : `${stage}/`}${values.seed}`);
const file = openSync(path, "w");
const CHUNK = 2000;
for (let done = 0; done < documents; done += CHUNK) {
  const lines = Array.from({ length: Math.min(CHUNK, documents - done) }, () => {
    const messages = corpusDocument(random, stage);
    return `${JSON.stringify({ messages })}\n`;
  });
  writeSync(file, lines.join(""));
}
closeSync(file);
console.error(`${documents} documents -> ${path}`);

function isStage(name: string): name is Stage {
  return name === "first" || name === "second";
}
