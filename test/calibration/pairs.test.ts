import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCalibration } from "../../src/app/calibration/calibration-file.ts";
import { openCommitPairs } from "../../src/app/calibration/commit-pairs.ts";
import { sectune } from "../fixtures/run-command.ts";
import { scoresOf } from "./scores-of.ts";

const fixtures = join(import.meta.dirname, "../fixtures/pairs");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-calibrate-"));
  await cp(fixtures, join(folder, "pairs"), { recursive: true });
  await writeFile(join(folder, "pairs", "chat.jsonl"), '{"instruction": "Write it.", "output": "x = 1"}\n');
});
afterAll(() => rm(folder, { recursive: true }));

const calibrate = (...argv: string[]) => sectune("analyzers", "calibrate", ...argv);
const bad = async (content: string) => {
  const path = join(folder, "bad.jsonl");
  await writeFile(path, content);
  return calibrate(path);
};

describe("pairs of a commit", { timeout: 60_000 }, () => {
  it("are counted by language and CWE, any finding apart from the expected CWE, failures in no rate", async () => {
    const { code, stdout, stderr } = await calibrate(join(folder, "pairs"), "--json");
    expect(code).toBe(0);
    for (const line of [
      "1 × file of another format",
      "1 × pair that was there before",
      "1 × pair without a change",
      "1 × pair in no known language",
    ]) {
      expect(stderr).toContain(`left out: ${line}`);
    }
    const score = scoresOf(stdout);
    const python = { language: "python" };
    // Of three weak functions the command and the statement are found; in the third, as after its commit, only the digest.
    expect(score("sensitivity", { ...python, match: "any" })).toMatchObject({
      value: 100,
      n: 3,
      clusters: 1,
    });
    expect(score("sensitivity", { ...python, match: "expected" })!.value).toBeCloseTo(200 / 3, 9);
    expect(score("specificity", { ...python, match: "any" })!.value).toBeCloseTo(200 / 3, 9);
    expect(score("specificity", { ...python, match: "expected" })).toMatchObject({ value: 100, n: 3 });
    const login = { ...python, cwe: "CWE-862" };
    expect(score("sensitivity", { ...login, match: "any" })).toMatchObject({ value: 100, n: 1 });
    expect(score("sensitivity", { ...login, match: "expected" })).toMatchObject({ value: 0, n: 1 });
    // Cut-out members and C without its return type parse here; broken JavaScript does not; Ruby is not read.
    expect(score("sensitivity", { language: "c", match: "expected" })).toMatchObject({ value: 100, n: 1 });
    expect(score("specificity", { language: "c", match: "any" })).toMatchObject({ value: 100, n: 1 });
    for (const rate of ["sensitivity", "specificity"]) {
      expect(score(rate, { language: "javascript", match: "any" })).toMatchObject({
        ...{ value: 100, n: 1 },
        excluded: { error: 1, skip: 0 },
      });
      expect(score(rate, { language: "java", match: "any" })).toMatchObject({ value: 100, n: 1 });
      expect(score(rate, { language: "ruby", match: "any" })).toMatchObject({
        ...{ value: null, n: 0 },
        excluded: { error: 0, skip: 1 },
      });
    }
  });

  it("draw commits again within a CWE and repositories over all", async () => {
    const out = join(folder, "clusters.ndjson");
    expect((await calibrate(join(fixtures, "sven.jsonl"), "--out", out)).code).toBe(0);
    const { cells, source, analyzers } = await readCalibration(out);
    expect(source).toMatchObject({ truth: "commits", name: "sven.jsonl", minSeverity: "info" });
    expect(analyzers).toMatchObject([{ name: "sectune-rules", adapter: "sectune-rules" }]);
    expect(analyzers[0]!.version).toMatch(new RegExp(`^\\d+\\+${analyzers[0]!.rulesVersion}$`));
    expect(new Set(cells.map(({ group }) => group))).toEqual(
      new Set(["github.com/ann/shop", "github.com/bob/tools"]),
    );
    expect(cells.map(({ cluster }) => cluster.split("/").at(-1))).toEqual(["1111", "2222", "1111", "3333"]);
    expect(cells[0]).toMatchObject({
      weak: { expected: 1, other: 0, clean: 0, failed: {} },
      secure: { expected: 0, other: 0, clean: 1, failed: {} },
    });
    const bytes = await readFile(out, "utf8");
    await calibrate(join(fixtures, "sven.jsonl"), "--out", out);
    expect(await readFile(out, "utf8")).toBe(bytes);
  });

  it("are shown as tables", async () => {
    const { stdout } = await calibrate(
      join(folder, "pairs"),
      "--analyzers",
      "sectune-rules, {adapter: sectune-rules, only: [c-gets]}",
    );
    expect(stdout).toContain("calibrated on pairs, revision ");
    const [first, second] = stdout.split("\n\n").slice(1);
    expect(first).toMatch(/^sectune-rules \(\d+, rules [0-9a-f]{12}\)\nlanguage/);
    expect(first).toMatch(/^python +all +3 +100\.0 \[20\.7, 100\.0\] +66\.7 \[13\.8, 93\.1\] +0 +3 +66\.7/m);
    expect(first).toMatch(/^javascript +all +1 +100\.0 \[.*\] +1 +1 +100\.0 \[.*\] +1$/m);
    expect(first).toContain("does not read ruby");
    // The second one has a rule for C only: of the other languages it knows nothing, which is a failure and not silence.
    expect(second).toMatch(/^sectune-rules 2 /);
    expect(second).toMatch(/^python +all +0 +– +– +3 /m);
  });

  it("count only what is severe enough, if asked", async () => {
    const { stdout } = await calibrate(join(folder, "pairs"), "--json", "--min-severity", "critical");
    expect(scoresOf(stdout)("sensitivity", { language: "python", match: "any" })).toMatchObject({ value: 0 });
    expect(JSON.parse(stdout).source.minSeverity).toBe("critical");
  });
});

describe("what is wrong is told with its place", { timeout: 60_000 }, () => {
  it.each([
    ['{"func_src_before": "a",}', "bad.jsonl:1:25: not JSON from here: }", ""],
    [
      '{"instruction": "a", "output": "b"}',
      "the row has instruction, output",
      "func_src_before, func_src_after, vul_type",
    ],
    [
      '{"func_src_before": "a", "vul_type": "cwe-1", "file_name": "a.py"}',
      'no field "func_src_after"',
      "a row looks like",
    ],
    [
      '{"func_src_before": "a", "func_src_after": "b", "vul_type": "overflow", "file_name": "a.py"}',
      'bad.jsonl:1:49: field "vul_type": expected a CWE such as cwe-089',
      "",
    ],
    ["[1]\n", "bad.jsonl:1:1: expected an object", ""],
  ])("%s", async (content, message, hint) => {
    const { code, stderr, stdout } = await bad(content);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it("names options that do not fit", async () => {
    const pairs = join(folder, "pairs");
    const cases: [string[], number, string][] = [
      [[], 2, "calibrate on what?"],
      [[pairs, "--benchmark", "tinytasks"], 2, "more than one source"],
      [[pairs, "--limit", "3"], 2, "go with --benchmark"],
      [[join(folder, "nothing")], 2, "cannot be read"],
      [[pairs, "--analyzers", "sectune-rule"], 2, "sectune-rules"],
      [[pairs, "--analyzers", "{adapter: sarif-command, tol: bandit}"], 2, "tool"],
      [[pairs, "--analyzers", "{adapter: "], 2, "--analyzers"],
      [[pairs, "--analyzers", "{adapter: sectune-rules, only: [no-such-rule]}"], 2, "no-such-rule"],
      [["--run", "latest", "--store", join(folder, "store")], 2, "there is no run"],
    ];
    for (const [argv, code, told] of cases) {
      const ran = await calibrate(...argv);
      expect([ran.code, ran.stderr], argv.join(" ")).toEqual([code, expect.stringContaining(told)]);
    }
  });

  it("refuses files that are no calibration, or another version's", async () => {
    const path = join(folder, "other.ndjson");
    const read = async (content: string) => {
      await writeFile(path, content);
      return readCalibration(path);
    };
    await expect(read('{"schema":"generation","version":1}\n')).rejects.toThrow(
      /1:1: this is no calibration file/,
    );
    await expect(read('{"schema":"calibration","version":9}\n')).rejects.toThrow(
      /version 9; this SecTune reads 1/,
    );
    await expect(read('{"schema":"calibration","version":1}\n')).rejects.toThrow(/no source row/);
    await expect(read('{"schema":"calibration","version":1}\n{"kind":"cell"}\n')).rejects.toThrow(
      /2:1: analyzer: /,
    );
    await expect(readCalibration(join(folder, "none.ndjson"))).rejects.toMatchObject({ code: "usage" });
  });

  it("ends on Ctrl-C with 130 and writes nothing", async () => {
    const many = join(folder, "many.jsonl");
    const row = (index: number) =>
      JSON.stringify({
        ...{
          func_src_before: `def f(a):\n    return a + ${index}\n`,
          func_src_after: `def f(a):\n    return a - ${index}\n`,
        },
        ...{ vul_type: "cwe-190", file_name: "a.py" },
      });
    await writeFile(many, Array.from({ length: 60_000 }, (_, index) => row(index)).join("\n"));
    const out = join(folder, "interrupted.ndjson");
    const root = join(import.meta.dirname, "../..");
    const child = spawn(process.execPath, ["src/cli/main.ts", "analyzers", "calibrate", many, "--out", out], {
      cwd: root,
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      if (!stderr.includes("at work") && `${stderr}${chunk}`.includes("at work")) child.kill("SIGINT");
      stderr += chunk;
    });
    const [code] = await once(child, "close");
    expect([code, existsSync(out)]).toEqual([130, false]);
    expect(stderr).toContain("nothing was written");
  });
});

it("analyzers are listed with what they read and how many rules they have", { timeout: 60_000 }, async () => {
  const { code, stdout } = await sectune("analyzers", "list", "--json");
  expect(code).toBe(0);
  const listed = JSON.parse(stdout) as {
    name: string;
    available: boolean;
    rules?: number;
    languages: string[];
  }[];
  const own = listed.find(({ name }) => name === "sectune-rules")!;
  expect(own).toMatchObject({
    available: true,
    languages: expect.arrayContaining(["python", "c", "java", "go"]),
  });
  expect(own.rules).toBeGreaterThan(150);
  expect(listed.find(({ name }) => name === "llm-judge")).toMatchObject({ available: false });
  expect((await sectune("analyzers", "list")).stdout).toMatch(
    /^sectune-rules +\d+ +c cpp go .* rules [0-9a-f]{12}$/m,
  );
});

it("`eval --analyzers` lets them read the answers that are scored", { timeout: 60_000 }, async () => {
  const list = "sectune-rules, {adapter: sectune-rules, ignore: [c-gets]}";
  const store = join(folder, "eval-store");
  const { stdout } = await sectune(
    "eval",
    "tiny-coder",
    "--analyzers",
    list,
    "--dry-run",
    "--json",
    "--store",
    store,
  );
  const ids = (JSON.parse(stdout) as { steps: { id: string }[] }).steps.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining([
      "plain-read-by-sectune-rules",
      "plain-read-by-sectune-rules-2",
      "prompted-verdicts",
    ]),
  );
  const wrong = await sectune("eval", "tiny-coder", "--analyzers", "sectune-ruls", "--dry-run");
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("sectune-rules")]);
  const judge = ["eval", "tiny-coder", "--analyzers", "llm-judge", "--dry-run", "--store", store];
  const unbound = await sectune(...judge);
  expect([unbound.code, unbound.stderr]).toEqual([
    2,
    expect.stringContaining("llm-judge asks the model `judge`, which is not bound"),
  ]);
  const bound = await sectune(
    ...judge,
    "--set",
    `models.judge={adapter: mock, rules: [{replies: [{text: "-"}]}]}`,
  );
  expect([bound.code, bound.stderr]).toEqual([0, ""]);
});

it("functions that were cut out of their file are whole programs for any tool", async () => {
  const source = await openCommitPairs([join(fixtures, "sven.jsonl"), join(fixtures, "safecoder.jsonl")]);
  const texts = new Map<string, string>();
  for await (const { pieces, weak } of source.code())
    if (weak) texts.set(pieces[0]!.language, pieces[0]!.text);
  expect(texts.get("c")).toMatch(/^int greet\(/);
  expect(texts.get("java")).toMatch(/^class Snippet \{\npublic Object read\(InputStream in\).*\n {4}return /);
  expect(texts.get("javascript")).toMatch(/^\(\{list: function/);
});
