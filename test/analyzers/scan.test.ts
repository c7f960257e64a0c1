import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromRow } from "../../src/app/scan-rows.ts";
import { scan, start } from "./run-scan.ts";

const weak = "import os\n\ndef f(name):\n    os.system('ls ' + name)\n";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-scan-"));
  await mkdir(join(folder, "clean", "node_modules"), { recursive: true });
  await mkdir(join(folder, "mixed"));
  await writeFile(join(folder, "clean", "a.py"), "x = 1\n");
  await writeFile(join(folder, "clean", "notes.txt"), "not code");
  await writeFile(join(folder, "clean", "node_modules", "weak.py"), weak);
  await writeFile(join(folder, "mixed", "weak.py"), weak);
  await writeFile(
    join(folder, "mixed", "macro.c"),
    "#define RETURN return\nint f(char *s) { gets(s); RETURN 1; }\n",
  );
  await writeFile(join(folder, "broken.py"), "def f(:\n");
  const answer = `Hé 😀:\r\n  \`\`\`python\r\n  import os\r\n  os.system("ls " + input())\r\n  \`\`\`\r\n`;
  const rows = [
    { schema: "generation", version: 1 },
    { id: "1", text: answer },
    { id: "2", code: "x = 1\n", language: "py" },
  ];
  await writeFile(join(folder, "rows.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("sectune scan", { timeout: 60_000 }, () => {
  it("says clean with exit code 0, leaving out what is no code", async () => {
    const { code, stdout, stderr } = await scan([join(folder, "clean")]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("1 scanned, no findings, 1 of no known language left out");
  });

  it("lists findings with exit code 1, and settles a disputed file by a real parser", async () => {
    const { code, stdout, stderr } = await scan([join(folder, "mixed")]);
    expect(stderr).toContain("2 scanned, 2 findings in 2");
    expect([code, stdout.split("\n").length]).toEqual([1, 3]);
    expect(stdout).toContain("macro.c:2:18  critical  CWE-242  c-gets: ");
    expect(stdout).toContain("weak.py:4:5  high  CWE-78  python-command-from-input: ");
  });

  it("ends with 5 when nothing is known about a file, whatever else was found", async () => {
    const { code, stdout } = await scan([folder]);
    expect(code).toBe(5);
    expect(stdout).toMatch(/broken\.py {2}FAILED {2}unparsable: line 1/);
    expect((await scan(["--no-syntax", join(folder, "mixed")])).code).toBe(5);
  });

  it("reads generations, and places findings in the answer's own text", async () => {
    const { code, stdout } = await scan(["--json", join(folder, "rows.jsonl")]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ path: expect.stringMatching(/rows\.jsonl#2$/), verdict: "fail" });
    expect(lines[0].findings[0]).toMatchObject({ cwe: "CWE-78", line: 4, column: 3 });
    expect(lines[1]).toMatchObject({ files: 2, weak: 1, failed: 0, unconfirmed: 0, blocks: 0, noCode: 0 });
  });

  it("reads code and rows from standard input", async () => {
    expect((await start(["--language", "python", "-"], weak)).code).toBe(1);
    expect((await start(["-"], `${JSON.stringify({ code: weak, language: "python" })}\n`)).code).toBe(1);
    const untold = await start(["-"], weak);
    expect([untold.code, untold.stderr]).toEqual([2, expect.stringContaining("--language python")]);
  });

  it("writes SARIF with the failure of a file in it", async () => {
    const { stdout } = await scan(["--sarif", "--no-syntax", join(folder, "mixed")]);
    const [run] = JSON.parse(stdout).runs;
    expect(run.tool.driver.name).toBe("sectune-rules");
    expect(run.results[0]).toMatchObject({ ruleId: "python-command-from-input", level: "error" });
    expect(run.invocations[0]).toMatchObject({ executionSuccessful: false });
  });

  it("leaves out what is not severe enough", async () => {
    expect((await scan(["--min-severity", "critical", join(folder, "mixed", "weak.py")])).code).toBe(0);
  });

  it("takes several analyzers and a policy", async () => {
    const both = ["--analyzers", "sectune-rules,syntax"];
    // `syntax` can find nothing, so it outvotes nobody.
    for (const policy of ["all", "any", "1-of-2", "2-of-2", "default"])
      expect((await scan([...both, "--policy", policy, join(folder, "mixed", "weak.py")])).code).toBe(1);
    expect((await scan([...both, "--policy", "all", join(folder, "clean")])).code).toBe(0);
    expect((await scan([...both, "--policy", "all", join(folder, "broken.py")])).code).toBe(5);
  });

  it.each([
    [["--policy", "3-of-2"], /policy `3-of-2` does not fit 1 analyzer/],
    [["--policy", "most"], /--policy most: expected default, any, all or K-of-N/],
    [["--min-severity", "bad"], /expected info, low/],
    [["--analyzers", "sectune-rule"], /no analyzer adapter called `sectune-rule`[\s\S]*sectune-rules/],
    [["--language", "klingon"], /not a language/],
    [["--json", "--sarif"], /not both/],
    [["no-such-folder"], /no such file/],
  ])("%j is a mistake with exit code 2", async (argv, message) => {
    const { code, stderr } = await scan([...argv, ...(argv.length === 1 ? [] : [folder])]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

const options = { language: undefined, onSkipped: () => {} };

describe("what a row gives", () => {
  const inputs = (row: object) =>
    [...fromRow(JSON.stringify(row), "r#1", options)].map(({ file }) => [file.language, file.text]);
  it.each([
    [
      { text: "```py\na\n```\nand\n```js\nb\n```" },
      [
        ["python", "a\n"],
        ["javascript", "b\n"],
      ],
    ],
    [{ text: "```\na\n```", language: "C++" }, [["cpp", "a\n"]]],
    [{ text: "```sh\nls\n```\n```c\nint x;\n```" }, [["c", "int x;\n"]]],
    [{ completion: "int x;", language: "c" }, [["c", "int x;"]]],
    [{ code: "x" }, [["unknown", "x"]]],
  ])("%j", (row, expected) => expect(inputs(row)).toEqual(expected));

  it("refuses a row without code, naming the fields it has", () => {
    expect(() => inputs({ prompt: "x" })).toThrow(/r#1: no field with text or code among prompt/);
    expect(() => [...fromRow("{", "r#1", options)]).toThrow(/r#1: not JSON/);
  });
});
