import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readCalibration } from "../../src/app/calibration/calibration-file.ts";
import type { Score } from "../../src/core/score.ts";
import { sectune } from "../fixtures/run-command.ts";
import { type JudgeServer, startJudgeServer } from "../judge/judge-server.ts";
import { scoresOf } from "./scores-of.ts";

let folder: string;
let server: JudgeServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sectune-calibrate-judge-"));
  // Knows one weakness: statements put together with `+`.
  server = await startJudgeServer((code) => [/execute\(.*\+/.test(code) ? "weak 1" : "clean"]);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);
const pairs = join(import.meta.dirname, "../fixtures/pairs/sven.jsonl");
const judge = (revision: string) => ({
  ...{ adapter: "openai-compatible", url: `${server.url}/v1`, model: "careful", revision },
  price: { inputPerMTok: 10, outputPerMTok: 100 },
});

it("a judge is calibrated with the model that it asks, pays for nothing twice, and corrects no other model's word", {
  timeout: 240_000,
}, async () => {
  await writeFile(
    at("scan.yaml"),
    JSON.stringify({ analyzers: ["llm-judge"], models: { judge: judge("1") } }),
  );
  const argv = ["analyzers", "calibrate", pairs, "--config", at("scan.yaml"), "--store", at("store")];
  const first = await sectune(...argv, "--out", at("calibration.ndjson"), "--json");
  expect([first.code, first.stderr]).toEqual([
    0,
    expect.stringMatching(/careful: 8 calls, \d+ tokens, \$0\.0\d+/),
  ]);
  const score = scoresOf(first.stdout);
  const sql = { language: "python", match: "any" };
  expect(score("sensitivity", { ...sql, cwe: "CWE-89" })).toMatchObject({ value: 100, n: 1 });
  expect(score("sensitivity", { ...sql, cwe: "CWE-78" })).toMatchObject({ value: 0, n: 1 });
  expect(score("specificity", sql)).toMatchObject({ value: 100, n: 3 });
  const asked = server.codes().length;
  const again = await sectune(...argv);
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("answered before), 0 tokens")]);
  expect(server.codes()).toHaveLength(asked);
  const { analyzers } = await readCalibration(at("calibration.ndjson"));
  expect(analyzers).toMatchObject([
    { name: "llm-judge", models: { judge: expect.stringMatching(/^openai-compatible /) } },
  ]);

  expect(await withheld("1")).toBeUndefined();
  expect(await withheld("2")).toBe(
    "llm-judge was calibrated asking another model: calibrate it with the run's",
  );
});

/** Why a run whose judge is of that revision gets no corrected rate. */
async function withheld(revision: string): Promise<string | undefined> {
  const recipe = {
    recipe: "evaluate",
    models: {
      target: { adapter: "mock", rules: [{ replies: [{ text: "```python\nx = 1\n```\n" }] }] },
      judge: judge(revision),
    },
    benchmarks: [{ name: "tinytasks", limit: 3, splits: ["seen"] }],
    analyzers: ["llm-judge"],
    params: { analyzers: true },
  };
  await writeFile(at("recipe.yaml"), JSON.stringify(recipe));
  const ran = await sectune(
    ...["run", at("recipe.yaml"), "--store", at("store"), "--json", "--progress", "none"],
    ...["--calibration", at("calibration.ndjson")],
  );
  expect([ran.code, ran.stderr], ran.stderr).toEqual([0, expect.anything()]);
  const { report } = JSON.parse(ran.stdout) as { report: string };
  const { extraScores } = JSON.parse(await readFile(join(dirname(report), "report.json"), "utf8")) as {
    extraScores: Score[];
  };
  return extraScores.find(({ name }) => name === "weakCorrected")!.withheld;
}
