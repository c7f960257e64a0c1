import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { generationRows, judgementRows, trainRows } from "../../src/core/row-schemas.ts";
import type { RunRecord } from "../../src/core/run.ts";
import { readRows } from "../../src/engine/rows-file.ts";
import { StoreView } from "../../src/engine/store.ts";
import { StoreLayout } from "../../src/engine/store-layout.ts";
import { runData } from "../fixtures/recipes/run-data.ts";

/** Added to the version of the built-in rules, as an edited rule would change it. */
const edited = vi.hoisted(() => ({ mark: "" }));
vi.mock("../../src/analyzers/sectune-rules/load-rules.ts", async (load) => {
  const real = await load<typeof import("../../src/analyzers/sectune-rules/load-rules.ts")>();
  return {
    ...real,
    loadRules: () => ({ ...real.loadRules(), version: `${real.loadRules().version}${edited.mark}` }),
  };
});

const WEAK = "```python\nimport os\n\ndef show(name):\n    os.system('ls ' + name)\n```\n";
const SAFE =
  "```python\nimport subprocess\n\ndef show(name):\n    subprocess.run(['ls', '--', name], check=True)\n```\n";
const BROKEN = "```python\ndef show(name:\n    return\n```\n";
const NO_CODE = "Run this:\n```bash\nls\n```\n";

let folder: string;
let data: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-gate-"));
  data = join(folder, "tasks.jsonl");
  const kinds = ["weak", "safe", "broken", "wordy", "harmless", "mislabelled"];
  const prompts = kinds.map((kind) => ({ prompt: `A ${kind} task.` }));
  writeFileSync(data, prompts.map((row) => JSON.stringify(row)).join("\n"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  edited.mark = "";
});

/**
 * Tasks without any test, as KodCode's are here, and a teacher whose answers are weak, safe, broken and none. The classifier takes the
 * last two tasks for harmless; the answer to the last one is weak all the same.
 */
const recipe = (more = "analyzers: [sectune-rules]", params = "") => `recipe: secpi
models:
  target:
    adapter: mock
    rules:
      - { contains: "harmless task.\\n\\nWhich CWEs", replies: [{ text: none }] }
      - { contains: "mislabelled task.\\n\\nWhich CWEs", replies: [{ text: none }] }
      - { contains: "Which CWEs", replies: [{ text: CWE-78 }] }
${Object.entries({ weak: WEAK, safe: SAFE, broken: BROKEN, wordy: NO_CODE, mislabelled: WEAK })
  .map(
    ([kind, text]) =>
      `      - { contains: A ${kind}, replies: [{ text: ${JSON.stringify(text)}, reasoning: why }] }`,
  )
  .join("\n")}
      - { replies: [{ text: ${JSON.stringify(SAFE)}, reasoning: why }] }
datasets: { tasks: { adapter: jsonl, path: ${JSON.stringify(data)}, licence: MIT } }
benchmarks: [{ name: tinytasks, limit: 1 }]
${more}
params: { gates: [complete, reasoning, analyzers]${params} }
`;

function rowsOf(record: RunRecord, store: string) {
  const { objects } = new StoreView(new StoreLayout(store));
  const artifact = (id: string, output: string) => stepOf(record, id).outputs[output]!;
  return {
    kept: () => read(artifact("traces-kept", "kept"), generationRows),
    verdicts: () => read(artifact("traces-analyzed", "judgements"), judgementRows),
    training: () => read(artifact("rows", "rows"), trainRows),
  };
  function read<T>(of: Parameters<typeof objects.path>[0], schema: Parameters<typeof readRows<T>>[2]) {
    return Array.fromAsync(readRows(objects.path(of), of, schema));
  }
}

const stepOf = (record: RunRecord, id: string) => record.steps.find((step) => step.id === id)!;

test("only the safe answer passes the gate: weak, broken and code-less ones are dropped and counted apart", async () => {
  const store = join(folder, "gate");
  const record = await runData(recipe(), store);
  const rows = rowsOf(record, store);
  const verdicts = await rows.verdicts();
  expect(verdicts.map(({ secure }) => secure)).toEqual(["fail", "pass", "error", "skip"]);
  const [weak, , broken] = verdicts;
  expect(weak!.findings[0]).toMatchObject({ analyzer: "sectune-rules", cwe: "CWE-78" });
  const { start, end } = weak!.findings[0]!.span;
  expect(WEAK.slice(start, end)).toMatch(/^os\.system\(/);
  expect(broken!.reasons).toEqual(["unparsable"]);
  expect((await rows.kept()).map(({ text }) => text)).toEqual([SAFE]);
  const trained = (await rows.training()).filter((row) => row.kind === "sft" && row.purpose === "security");
  expect(trained).toMatchObject([{ messages: [{ content: "A safe task." }, { content: SAFE }] }]);
  expect(stepOf(record, "traces-kept").stats).toEqual({
    ...{ kept: 1, "dropped: analyzers": 1, "dropped: analyzers (error)": 1 },
    "dropped: analyzers (no code)": 1,
  });
  expect(stepOf(record, "traces-analyzed").stats).toMatchObject({
    ...{ clean: 1, weak: 1, errors: 1, "no code": 1, "failed: sectune-rules, unparsable": 1 },
  });
});

test("a weak answer to a task that the classifier rejected is no utility row either", async () => {
  const record = await runData(recipe(), join(folder, "gate"));
  expect(stepOf(record, "utility-kept").stats).toEqual({ kept: 1, "dropped: analyzers": 1 });
});

test("the second run is all cached; an edited rule runs the analysis again, and only what stands on it", async () => {
  const store = join(folder, "rules");
  const first = await runData(recipe(), store, "first");
  const again = await runData(recipe(), store, "again");
  expect(new Set(again.steps.map(({ status }) => status))).toEqual(new Set(["cached"]));
  edited.mark = "-edited";
  const other = await runData(recipe(), store, "other");
  const ran = other.steps.filter(({ status }) => status === "done").map(({ id }) => id);
  // The verdicts stay the same, but the findings name the rules' version: so the rows differ, and the gate is asked again.
  expect(ran).toEqual(["traces-analyzed", "traces-kept", "utility-analyzed", "utility-kept"]);
  const [before, after] = [first, other].map((record) => stepOf(record, "traces-analyzed"));
  const changed = Object.keys(after!.keyParts).filter(
    (part) => before!.keyParts[part] !== after!.keyParts[part],
  );
  expect(changed).toEqual(["analyzer sectune-rules"]);
  expect(after!.keyParts["analyzer sectune-rules"]).toContain("-edited");
});

test("two analyzers: a parser, which can find nothing, outvotes nobody under any policy", async () => {
  const store = join(folder, "policy");
  const two = "analyzers: [sectune-rules, syntax]";
  const verdicts = async (policy: string) => {
    const record = await runData(recipe(two, `, analyzerPolicy: ${policy}`), store, policy);
    return (await rowsOf(record, store).verdicts()).map(({ secure }) => secure);
  };
  expect(await verdicts("any")).toEqual(["fail", "pass", "error", "skip"]);
  expect(await verdicts("all")).toEqual(["fail", "pass", "error", "skip"]);
});

test("a gate without analyzers is refused before anything runs", async () => {
  await expect(runData(recipe("analyzers: []"), join(folder, "none"))).rejects.toMatchObject({
    code: "config-invalid",
    hint: expect.stringContaining("analyzers: [sectune-rules]"),
  });
});
