import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCalibration, writeCalibration } from "../../src/app/calibration/calibration-file.ts";
import { instanceOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { benchmark as tinytasks } from "../../src/benchmarks/tinytasks/index.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { Score } from "../../src/core/score.ts";
import { sectune } from "../fixtures/run-command.ts";
import { scoresOf } from "./scores-of.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-executed-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const calibrate = (...argv: string[]) => sectune("analyzers", "calibrate", ...argv);
const filter = ["--benchmark", "tinytasks", "--split", "seen", "--split", "utility", "--limit", "1"];

/** A model that answers tasks by their references, in turn: weak, secure, and one that does not work. */
async function scripted(): Promise<string> {
  const benchmark = await tinytasks.create(tinytasks.config.parse({}), {} as Services);
  const rules: object[] = [];
  for await (const { prompt, oracle } of benchmark.items({ splits: ["seen"], limitPerSplit: 9, seed: 0 })) {
    const { secure, insecure } = instanceOf(oracle!.item);
    const texts = [insecure[0]!, secure[0]!, "def other():\n    return 1\n"];
    const reply = texts[rules.length % 3]!;
    rules.push({ contains: prompt, replies: [{ text: `\`\`\`python\n${reply}\n\`\`\`\n` }] });
  }
  rules.push({ replies: [{ text: "no code" }] });
  return JSON.stringify({
    recipe: "evaluate",
    models: { target: { adapter: "mock", rules } },
    benchmarks: [{ name: "tinytasks", limit: 9, splits: ["seen"] }],
    analyzers: ["sectune-rules", { adapter: "sectune-rules", ignore: ["python-weak-hash"] }],
    params: { analyzers: true },
  });
}

interface Report {
  extraScores: Score[];
  calibration: object | null;
}

/** The same run again, mostly from the cache, with its report. */
async function evaluate(...argv: string[]) {
  const ran = await sectune(
    "run",
    at("recipe.yaml"),
    "--store",
    at("store"),
    "--json",
    "--progress",
    "none",
    ...argv,
  );
  expect([ran.code, ran.stderr], ran.stderr).toEqual([0, expect.anything()]);
  const { report, run } = JSON.parse(ran.stdout) as { report: string; run: string };
  const read = (name: string) => readFile(join(report, "..", name), "utf8");
  const { extraScores, calibration } = JSON.parse(await read("report.json")) as Report;
  const find = (name: string, labels: Readonly<Record<string, string>>) =>
    extraScores.find(
      (score) =>
        score.name === name &&
        Object.entries(labels).every(([label, value]) => score.breakdown[label] === value),
    );
  return { run, find, calibration, html: await read("index.html"), markdown: await read("report.md") };
}

describe("executed references and judged answers", { timeout: 240_000 }, () => {
  it("references are labelled by their exploits", async () => {
    const { code, stdout, stderr } = await calibrate(...filter, "--out", at("calibration.ndjson"), "--json");
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("left out")]);
    const score = scoresOf(stdout);
    const sql = { language: "python", cwe: "CWE-89", match: "expected" };
    expect(score("sensitivity", sql)).toMatchObject({ value: 100, excluded: { error: 0, skip: 0 } });
    expect(score("specificity", sql)).toMatchObject({ value: 100 });
    // What no syntactic rule can know: whether a log may hold line breaks. And what is ordinary has no weakness to be named.
    expect(score("sensitivity", { ...sql, cwe: "CWE-117" })!.value).toBeLessThan(100);
    expect(score("specificity", { language: "python", cwe: "none", match: "any" })!.n).toBeGreaterThanOrEqual(
      26,
    );
    expect(score("sensitivity", { language: "python", cwe: "none" })).toBeUndefined();
    const { cells, source } = await readCalibration(at("calibration.ndjson"));
    expect(source).toMatchObject({ truth: "executed", name: "tinytasks" });
    expect(cells.every(({ cluster, group }) => cluster.startsWith(`${group}/`))).toBe(true);
    expect(new Set(cells.map(({ group }) => group)).size).toBeGreaterThan(12);
  });

  it("a run's report shows what analyzers say, corrected and marked as that, and changes nothing else", async () => {
    await writeFile(at("recipe.yaml"), await scripted());
    const plain = await evaluate();
    expect([plain.calibration, plain.find("weakCorrected", {})]).toEqual([null, undefined]);
    const { find, html, markdown, calibration } = await evaluate("--calibration", at("calibration.ndjson"));
    expect(calibration).toMatchObject({ truth: "executed", name: "tinytasks" });
    const own = { arm: "plain", analyzer: "sectune-rules", split: "seen", language: "python" };
    const [reported, corrected] = [find("weak", own)!, find("weakCorrected", own)!];
    // Six of nine answers work; of the three weak ones not all are found.
    expect(reported).toMatchObject({
      n: 6,
      excluded: { error: 0, skip: 0 },
      breakdown: { kind: "analyzed" },
    });
    expect(corrected).toMatchObject({
      n: 6,
      method: expect.stringContaining("Rogan–Gladen"),
      breakdown: { kind: "corrected" },
    });
    const [se, sp] = ["sensitivity", "specificity"].map(
      (name) => find(name, { kind: "accuracy", arm: "plain", analyzer: "sectune-rules" })!.value!,
    );
    const byHand = (100 * (reported.value! + sp! - 100)) / (se! + sp! - 100);
    expect(corrected.value).toBeCloseTo(Math.min(100, Math.max(0, byHand)), 9);
    expect(corrected.interval!.high - corrected.interval!.low).toBeGreaterThan(
      reported.interval!.high - reported.interval!.low,
    );
    for (const text of [html, markdown]) {
      expect(text).toContain("Weak answers by analyzers, corrected");
      expect(text).toContain(`sensitivity ${se!.toFixed(1)}`);
      expect(text).toContain(`reported ${reported.value!.toFixed(1)}`);
      expect(text).toMatch(/nothing else in this report is corrected/);
    }
    // Other settings than the calibrated ones: withheld, with the reason in its place.
    const other = find("weakCorrected", { ...own, analyzer: "sectune-rules 2" })!;
    expect(other).toMatchObject({
      value: null,
      interval: null,
      withheld: expect.stringContaining("other settings"),
    });
    expect(markdown).toContain("withheld sectune-rules was calibrated with other settings");
    expect(find("weak", { ...own, analyzer: "sectune-rules 2" })!.value).not.toBeNull();
  });

  it("withholds what a calibration does not allow", async () => {
    const calibration = await readCalibration(at("calibration.ndjson"));
    const [analyzer] = calibration.analyzers;
    const why = async (changed: Partial<typeof calibration>) => {
      await writeCalibration(at("changed.ndjson"), { ...calibration, ...changed });
      const { find } = await evaluate("--calibration", at("changed.ndjson"));
      const score = find("weakCorrected", { arm: "plain", analyzer: "sectune-rules" })!;
      expect([score.value, score.interval]).toEqual([null, null]);
      return score.withheld;
    };
    const older = { ...analyzer!, version: "1+0123", identity: "sectune-rules 1+0123 f00" };
    expect(await why({ analyzers: [older] })).toMatch(
      /calibrated with sectune-rules 1\+0123, but the run used \d+\+[0-9a-f]+: calibrate again/,
    );
    const another = { ...analyzer!, adapter: "icd", name: "icd", identity: "icd 1 f00" };
    expect(await why({ analyzers: [another] })).toBe(
      "sectune-rules is not among the calibrated analyzers (icd)",
    );
    expect(await why({ source: { ...calibration.source, minSeverity: "high" } })).toContain(
      "findings below high did not count",
    );
    expect(await why({ cells: [] })).toBe("the calibration holds no python");
    const blind = calibration.cells.map((cell) => ({
      ...cell,
      weak: { ...cell.weak, expected: 0, other: 0, clean: 1 },
    }));
    expect(await why({ cells: blind })).toMatch(
      /^sensitivity 0\.0 \+ specificity \d+\.\d is at most 100: it tells nothing$/,
    );
    const failing = calibration.cells.map((cell) => ({
      ...cell,
      weak: { ...cell.weak, failed: { unparsable: 1 } },
    }));
    expect(await why({ cells: failing })).toMatch(/^the analyzer failed on \d+ of the \d+ pieces of python/);
  });

  it("a run's own answers calibrate too, and agree with the run's own comparison", async () => {
    const { find, run } = await evaluate();
    const { code, stdout, stderr } = await calibrate("--run", run, "--store", at("store"), "--json");
    expect(code).toBe(0);
    // Both arms gave the same answers: a third of them does not work.
    expect(stderr).toContain("left out: 6 × answer that does not work");
    const score = scoresOf(stdout);
    for (const name of ["sensitivity", "specificity"]) {
      const compared = find(name, { kind: "verdicts", arm: "plain", analyzer: "sectune-rules" })!;
      const calibrated = score(name, { language: "python", match: "any" })!;
      expect([calibrated.value, calibrated.n]).toEqual([compared.value, 2 * compared.n]);
    }
  });

  it("a recipe in which no analyzer reads the scored answers is refused before it runs", async () => {
    const ran = await sectune(
      ...["run", at("recipe.yaml"), "--store", at("other"), "--set", "params.analyzers=false"],
      ...["--calibration", at("calibration.ndjson")],
    );
    expect([ran.code, ran.stderr]).toEqual([
      2,
      expect.stringContaining("no analyzer reads the answers that are scored"),
    ]);
    const missing = await sectune(
      "run",
      at("recipe.yaml"),
      "--store",
      at("other"),
      "--calibration",
      at("none"),
    );
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("cannot be read")]);
  });
});
