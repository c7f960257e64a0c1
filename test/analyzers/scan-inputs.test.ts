import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Skipped } from "../../src/app/scan-inputs.ts";
import { fromRow } from "../../src/app/scan-rows.ts";
import { scan, start } from "./run-scan.ts";

const weak = "import os\nos.system(input())\n";
const fenced = (tag: string, code = weak) => `Hi\n\`\`\`${tag}\n${code}\`\`\`\n`;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-inputs-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes lines to a file of rows; an object is one row. */
async function rowsFile(name: string, lines: readonly (object | string)[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"));
  return path;
}
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1)!);

function inputs(row: object, language?: string) {
  const skipped: Skipped[] = [];
  const options = { language, onSkipped: (what: Skipped) => skipped.push(what) };
  const found = [...fromRow(JSON.stringify(row), "r#1", options)].map(({ file }) => [
    file.path,
    file.language,
    file.text,
  ]);
  return { found, skipped };
}

describe("which texts of a row are looked at", () => {
  it.each([
    ["an empty text hides no response", { text: "", response: fenced("python") }, ["r#1"]],
    ["nor does a missing one", { text: null, code: weak, language: "python" }, ["r#1"]],
    [
      "the code of a row whose text is the task",
      { text: "Write a shell.", code: weak, language: "python" },
      ["r#1"],
    ],
    [
      "all completions of a list",
      { completions: [fenced("py"), fenced("py", "eval(input())\n")] },
      ["r#1.completions[0]", "r#1.completions[1]"],
    ],
    [
      "what the model said in a conversation",
      {
        messages: [
          { role: "user", content: fenced("py", "x = 1\n") },
          { role: "assistant", content: fenced("py") },
        ],
      },
      ["r#1"],
    ],
    [
      "choices of a server",
      { choices: [{ message: { role: "assistant", content: fenced("py") } }] },
      ["r#1"],
    ],
    ["an answer beside what it printed", { text: weak, output: "42", language: "python" }, ["r#1"]],
    [
      "two fields of code",
      { completion: weak, code: "eval(input())\n", language: "python" },
      ["r#1.completion", "r#1.code"],
    ],
    ["the same code twice", { completion: fenced("python"), code: weak, language: "python" }, ["r#1"]],
    ["an answer in a field of code", { code: fenced("python") }, ["r#1"]],
    ["a place of origin beside code", { source: "github", code: weak, language: "python" }, ["r#1"]],
  ])("%s", (_, row, paths) => {
    const { found } = inputs(row);
    expect(found.map(([path]) => path)).toEqual(paths);
    expect(found.every(([, language]) => language === "python")).toBe(true);
    expect(found[0]![2]).toContain("os.system(input())");
  });

  it("are told in the row's language by any of its names; one that nobody knows is named to the analyzers", () => {
    for (const language of ["Python 3.11", "py", ["python"], "Python (Flask)"])
      expect(inputs({ code: "x", language }).found).toEqual([["r#1", "python", "x"]]);
    expect(inputs({ code: "x", lang: "C/C++" }).found).toEqual([["r#1", "cpp", "x"]]);
    expect(inputs({ code: "x", language: "COBOL" }, "python").found).toEqual([["r#1", "cobol", "x"]]);
    expect(inputs({ code: "x" }, "python").found).toEqual([["r#1", "python", "x"]]);
  });

  it("are counted where they are none: blank answers, blocks of something else", () => {
    for (const row of [
      { text: "" },
      { text: " \n" },
      { text: null },
      { completions: [] },
      { text: "```python\n```" },
    ])
      expect(inputs(row)).toEqual({ found: [], skipped: ["no-code"] });
    expect(inputs({ text: fenced("bash"), language: "python" })).toEqual({
      found: [],
      skipped: ["block", "no-code"],
    });
  });

  it("are found again where the row's own blocks are blank, and refused where they are somewhere else", () => {
    const text = fenced("python");
    const block = (start: number, end: number, code = weak) => ({
      text,
      codeBlocks: [{ language: "python", code, span: { start, end } }],
    });
    const start = text.indexOf(weak);
    expect(inputs(block(start, start + weak.length)).found).toHaveLength(1);
    expect(inputs({ text, codeBlocks: [] }).found).toHaveLength(1);
    expect(inputs(block(0, 0, "")).found).toHaveLength(1);
    for (const [from, to] of [
      [0, 9999],
      [3, 5],
      [start + 1, start + weak.length],
      [40, 3],
    ] as const)
      expect(() => inputs(block(from, to))).toThrow(
        expect.objectContaining({
          code: "data-invalid",
          message: expect.stringMatching(/^r#1: codeBlocks\[0\]: its code is not/),
        }),
      );
  });
});

describe("sectune scan of what is not in order", { timeout: 60_000 }, () => {
  it("tells what it found before a row that cannot be read, in every format, and ends with 2", async () => {
    const path = await rowsFile("bad.jsonl", [
      { code: weak, language: "python" },
      "{bad",
      { code: weak, language: "python" },
    ]);
    const lines = await scan([path]);
    expect(lines.code).toBe(2);
    expect(lines.stdout).toMatch(/bad\.jsonl#1:2:1 {2}high/);
    expect(lines.stderr).toMatch(/1 scanned, 1 finding in 1\nerror: .*bad\.jsonl#2: not JSON/);
    const json = await scan(["--json", path]);
    expect([json.code, lastLine(json.stdout)]).toMatchObject([
      2,
      { files: 1, weak: 1, error: { code: "data-invalid" } },
    ]);
    const sarif = await scan(["--sarif", path]);
    const [run] = JSON.parse(sarif.stdout).runs;
    expect(run.results).toHaveLength(1);
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: "error", message: { text: expect.stringMatching(/#2: not JSON/) } },
      ],
    });
    expect((await scan([await rowsFile("none.jsonl", [{ prompt: "x" }])])).code).toBe(2);
  });

  it("reads code that begins with a brace as code where its language is told, and rows as rows", async () => {
    expect((await start(["--language", "c", "-"], "{\n  char b[8];\n  gets(b);\n}\n")).stdout).toMatch(
      /^stdin:3:3 /,
    );
    const rows = `\n{"code": ${JSON.stringify(weak)}}\n`;
    expect((await start(["--language", "python", "-"], rows)).stdout).toMatch(/^stdin#2:2:1 /);
    expect((await start(["-"], "{bad\n")).code).toBe(2);
  });

  it("counts links apart, and says of what it may not read that it cannot", async () => {
    const links = join(folder, "links");
    await mkdir(links);
    await writeFile(join(links, "a.py"), "x = 1\n");
    await symlink("a.py", join(links, "b.py"));
    await symlink("nowhere.py", join(links, "c.py"));
    expect((await scan([links])).stderr).toContain("1 scanned, no findings, 2 symbolic links not followed");
    await chmod(join(links, "a.py"), 0o000);
    const denied = await scan([links]);
    // Root may read everything.
    expect([0, 2]).toContain(denied.code);
    if (denied.code === 2) expect(denied.stderr).toMatch(/a\.py cannot be read: /);
  });

  it("ends with what it found, whether or not anybody reads on", async () => {
    const path = join(folder, "weak.py");
    await writeFile(path, weak.repeat(200));
    expect((await start([path], "", { readNothing: true })).code).toBe(1);
    expect((await start(["--json", path], "", { readNothing: true })).code).toBe(1);
    await writeFile(join(folder, "fine.py"), "x = 1\n");
    expect((await start(["--json", join(folder, "fine.py")], "", { readNothing: true })).code).toBe(0);
  });

  it("keeps every finding on one line, whatever a file is called", async () => {
    const path = join(folder, "new\nline.py");
    await writeFile(path, weak);
    const { stdout } = await scan([path]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toMatch(/new line\.py:2:1 {2}high/);
  });

  it("refuses an analyzer that is named twice, and takes one in two kinds", async () => {
    const twice = await scan([
      "--analyzers",
      "syntax,sectune-rules,{adapter: sectune-rules, jobs: 2}",
      folder,
    ]);
    expect([twice.code, twice.stderr]).toEqual([
      2,
      expect.stringContaining("sectune-rules is named twice with the same settings"),
    ]);
    const kinds = "sectune-rules,{adapter: sectune-rules, ignore: [python-command-from-input]}";
    expect((await scan(["--analyzers", kinds, join(folder, "weak.py")])).code).toBe(1);
  });
});

describe("Python that only tree-sitter takes", { timeout: 60_000 }, () => {
  const programs = [
    "def f(x):\nreturn x\n",
    "def f():\n\tx = 1\n        y = 2\n",
    'print "x"\n',
    "x = `y`\n",
    "  x = 1\ny = 2\n",
  ];
  it("is no clean file", async () => {
    for (const [index, text] of programs.entries()) {
      const path = join(folder, `odd${index}.py`);
      await writeFile(path, text);
      const { code, stdout } = await scan([path]);
      expect([text, code, stdout]).toEqual([
        text,
        5,
        expect.stringMatching(/FAILED {2}unparsable: line \d+: .* \(CPython\) \(sectune-rules\)/),
      ]);
    }
  });

  it("nor is it with findings that do not count, while those that do are told", async () => {
    const path = join(folder, "slight.py");
    const slight = "import requests\nrequests.get('https://a.example/')\n";
    await writeFile(path, `${slight}print "x"\n`);
    expect((await scan(["--min-severity", "info", path])).code).toBe(1);
    expect((await scan([path])).code).toBe(5);
    await writeFile(path, slight);
    expect((await scan([path])).code).toBe(0);
    // The same around an error that only tree-sitter sees.
    const macro = join(folder, "slight.c");
    await writeFile(macro, "#define RETURN return\nint f(char *s) { gets(s); RETURN 1; }\n");
    expect((await scan([macro])).code).toBe(1);
    await writeFile(macro, "#define RETURN return\nint f(char *s) { RETURN 1; }\n");
    expect((await scan([macro])).code).toBe(5);
  });

  it("is taken on trust only where nobody asks, and that is said", async () => {
    const { code, stderr } = await scan(["--no-syntax", join(folder, "odd0.py")]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("1 that no parser of their language has confirmed"),
    ]);
  });

  it("is Python with a mark of its encoding before it, too", async () => {
    const path = join(folder, "bom.py");
    await writeFile(path, "\ufeffx = 1\n");
    expect((await scan([path])).code).toBe(0);
  });
});
