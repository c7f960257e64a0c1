import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";
import { compileRules } from "../src/analyzers/sectune-rules/compile-rules.ts";
import { analyzer } from "../src/analyzers/sectune-rules/index.ts";
import { loadRules } from "../src/analyzers/sectune-rules/load-rules.ts";
import { scanText } from "../src/analyzers/sectune-rules/scan-text.ts";
import type { Services } from "../src/core/adapter.ts";
import { hostileFiles } from "../test/analyzers/hostile-inputs.ts";
import { recordResult } from "./support/record-result.ts";
import { watchTreeMemory } from "./support/tree-memory.ts";

/**
 * How fast sectune-rules is: snippets a second of one core per language with all rules, what a stream of 100,000 snippets takes,
 * and what becomes of 10,000 hostile inputs.
 *   npm run verify -- analyzers [--snippets 4000] [--stream 100000] [--hostile 10000] [--code java=FOLDER]…
 * `--code` names a folder of ordinary code for a language; C, C++ and Java have none that lies in a usual place.
 * Figures go to docs/results/analyzers.json.
 */
const { values } = parseArgs({
  options: {
    snippets: { type: "string", default: "4000" },
    stream: { type: "string", default: "100000" },
    hostile: { type: "string", default: "10000" },
    code: { type: "string", multiple: true, default: [] },
  },
});
const set = loadRules();
const identity = { analyzer: "sectune-rules", version: "bench" };
const linesPerSnippet = 40;

const folders = new Map(values.code.map((pair) => pair.split("=", 2) as [string, string]));
/** What a C program's top level begins with: not a macro, not the end of something. */
const declaration =
  /\n(?=(?:static|int|void|char|bool|struct|const|unsigned|class|template|inline|[a-z]\w+ \w+) )/;

/** Where ordinary code lies: folder, file ending, and what a top-level statement begins with. */
const ordinaryCode: Readonly<Record<string, readonly [string | undefined, string, RegExp]>> = {
  python: ["/usr/lib/python3.11", ".py", /\n(?=(?:def|class|@|import|from|[A-Z_]+ =) ?)/],
  javascript: [
    "node_modules/undici/lib",
    ".js",
    /\n(?=(?:async function|function|class|const|let|var|module\.exports) ?)/,
  ],
  typescript: [
    "src",
    ".ts",
    /\n(?=(?:export|async function|function|class|const|let|interface|type|import|\/\*\*) ?)/,
  ],
  c: [undefined, ".c", declaration],
  cpp: [undefined, ".cc", declaration],
  // A part of a class is no program: whole files.
  java: [undefined, ".java", /\n(?=package )/],
  go: ["/usr/lib/go/src", ".go", /\n(?=(?:func|type|var|const|import|package|\/\/) ?)/],
};

// Memory first: what the speed tests leave behind in this process would count as theirs.
const hostile = await measureHostile(Number(values.hostile));
process.stdout.write(`hostile ${JSON.stringify(hostile)}\n`);
const stream = await measureStream(Number(values.stream));
process.stdout.write(`stream ${JSON.stringify(stream)}\n`);
const speed: Record<string, Awaited<ReturnType<typeof measureLanguage>>> = {};
for (const language of Object.keys(ordinaryCode)) {
  speed[language] = await measureLanguage(language);
  process.stdout.write(`${language.padEnd(12)} ${JSON.stringify(speed[language])}\n`);
}
await recordResult("analyzers", `npm run verify -- analyzers --snippets ${values.snippets}`, {
  speed,
  stream,
  hostile,
});

/** Snippets of 40 lines joined from the rules' own examples: each holds about eight weaknesses, the worst case. */
function exampleSnippets(language: string): string[] {
  const examples = set.folders
    .filter((folder) => folder.language.languages.includes(language))
    .flatMap(({ rules }) => rules)
    .filter(({ languages }) => languages?.includes(language) ?? true)
    .flatMap(({ examples: { vulnerable, safe } }) => [...vulnerable, ...safe])
    .map((text) => (language === "go" ? text.replace("package main\n", "") : text));
  const snippets: string[] = [];
  for (let from = 0; from < examples.length; ) {
    const parts: string[] = language === "go" ? ["package main\n"] : [];
    while (from < examples.length && parts.join("").split("\n").length < linesPerSnippet)
      parts.push(examples[from++]!);
    snippets.push(parts.join("\n"));
  }
  return snippets;
}

/** Stretches of 40 to 80 lines of real programs that begin and end between top-level statements. */
async function ordinarySnippets(language: string): Promise<string[]> {
  const [usual, ending, border] = ordinaryCode[language]!;
  const root = folders.get(language) ?? usual;
  if (root === undefined) return [];
  const names = await readdir(root, { recursive: true }).catch(() => []);
  const snippets: string[] = [];
  for (const name of names.filter((path) => path.endsWith(ending!)).slice(0, 400)) {
    let snippet = "";
    for (const block of (await readFile(join(root, name), "utf8")).split(border!)) {
      snippet += `${block}\n`;
      const lines = snippet.split("\n").length;
      if (lines < linesPerSnippet) continue;
      if (lines < 2 * linesPerSnippet) snippets.push(snippet);
      snippet = "";
    }
  }
  return snippets;
}

async function measureLanguage(language: string) {
  const rules = compileRules(set.folders, () => true).get(language)!;
  const dense = time(exampleSnippets(language), language, rules);
  const ordinary = await ordinarySnippets(language);
  return {
    rules: rules.rules.length,
    dense,
    ...(ordinary.length > 0 ? { ordinary: time(ordinary, language, rules) } : {}),
  };
}

/** CPU time of this process, after a warm-up that lets the machine's code be made. */
function time(snippets: readonly string[], language: string, rules: Parameters<typeof scanText>[1]) {
  const scan = (text: string) => scanText({ path: "x", language, text }, rules, identity);
  const outcomes = snippets.map(scan);
  const count = Number(values.snippets);
  for (let index = 0; index < count / 2; index++) scan(snippets[index % snippets.length]!);
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) scan(snippets[index % snippets.length]!);
  const { user, system } = process.cpuUsage(before);
  const microseconds = (user + system) / count;
  return {
    snippets: snippets.length,
    meanCharacters: Math.round(snippets.reduce((sum, { length }) => sum + length, 0) / snippets.length),
    withFindings: outcomes.filter(({ outcome }) => outcome === "findings").length,
    failed: outcomes.filter(({ outcome }) => outcome === "failed").length,
    microsecondsEach: Math.round(microseconds),
    perSecondPerCore: Math.round(1e6 / microseconds),
  };
}

/** `sectune scan` over one JSONL file: rows a second, and the memory of it and its processes together. */
async function measureStream(rows: number) {
  const folder = await mkdtemp(join(tmpdir(), "sectune-bench-"));
  try {
    const path = join(folder, "rows.jsonl");
    const languages = ["python", "javascript", "c", "java"];
    const pools = languages.map((language) => [language, exampleSnippets(language)] as const);
    const file = createWriteStream(path);
    for (let row = 0; row < rows; row++) {
      const [language, pool] = pools[row % pools.length]!;
      const text = `\`\`\`${language}\n${pool[Math.floor(row / pools.length) % pool.length]}\n\`\`\`\n`;
      if (!file.write(`${JSON.stringify({ id: String(row), text })}\n`)) await once(file, "drain");
    }
    file.end();
    await finished(file);
    const startedAt = performance.now();
    const child = spawn(process.execPath, ["src/cli/main.ts", "scan", "--no-syntax", "--json", path], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const memory = watchTreeMemory(child.pid!);
    let last = "";
    for await (const line of createInterface(child.stdout)) last = line;
    memory.stop();
    const seconds = (performance.now() - startedAt) / 1000;
    const summary = JSON.parse(last);
    return {
      rows,
      seconds: Math.round(seconds * 10) / 10,
      perSecond: Math.round(rows / seconds),
      peakMb: memory.peakMb,
      ...summary,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureHostile(count: number) {
  const tool = await analyzer.create(analyzer.config.parse({ fileTimeoutMs: 5_000 }), {} as Services);
  const outcomes: Record<string, number> = {};
  const startedAt = performance.now();
  const memory = watchTreeMemory(process.pid);
  for (let from = 0; from < count; from += 500) {
    const files = hostileFiles(from, Math.min(500, count - from));
    for (const outcome of await tool.analyze(files, {
      signal: new AbortController().signal,
      onProgress: () => {},
    })) {
      const key = outcome.outcome === "failed" ? `failed: ${outcome.reason}` : outcome.outcome;
      outcomes[key] = (outcomes[key] ?? 0) + 1;
    }
  }
  memory.stop();
  await tool.close?.();
  return {
    count,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    peakMb: memory.peakMb,
    outcomes,
  };
}
