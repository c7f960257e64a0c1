import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describedTools, loadDescription } from "../../src/analyzers/sarif-command/description.ts";
import { findTool } from "../../src/analyzers/sarif-command/find-tool.ts";
import { analyzer } from "../../src/analyzers/sarif-command/index.ts";
import type { Services } from "../../src/core/adapter.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";
import { analyzerContract } from "../contracts/analyzer.ts";
import { servicesWith } from "./fake-sandbox.ts";
import { context, file, kind } from "./sarif-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-sarif-"));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fakeCodeql = `#!/bin/sh
case "$1 $2" in
  "version "*) echo 2.22.1 ;;
  "database create")
    for argument; do case "$argument" in --source-root=*) root=\${argument#*=} ;; --language=*) language=\${argument#*=} ;; esac; done
    mkdir "$3" && echo "$language $root" > "$3/info" ;;
  "database analyze")
    [ "$(cat "$3/info")" = "python /box/source" ] || exit 32
    shift 3
    queries= output=
    for argument; do case "$argument" in --output=*) output=\${argument#*=} ;; --*) ;; *) queries="$queries $argument" ;; esac; done
    results= notes=
    for file in /box/source/*; do
      place="\\"locations\\":[{\\"physicalLocation\\":{\\"artifactLocation\\":{\\"uri\\":\\"\${file##*/}\\"},\\"region\\":{\\"startLine\\":1,\\"startColumn\\":1,\\"endColumn\\":5}}}]"
      grep -q unread "$file" || notes="$notes{\\"descriptor\\":{\\"id\\":\\"py/diagnostics/successfully-extracted-files\\"},$place},"
      grep -q 'f(:' "$file" && notes="$notes{\\"descriptor\\":{\\"id\\":\\"py/diagnostics/extraction-warnings\\"},\\"message\\":{\\"text\\":\\"Extraction failed\\"},$place},"
      grep -q 'eval(' "$file" && results="$results{\\"ruleId\\":\\"py/code-injection\\",\\"message\\":{\\"text\\":\\"injection\\"},$place},"
      grep -q 'import' "$file" && results="$results{\\"ruleId\\":\\"py/unused-import\\",\\"level\\":\\"note\\",\\"message\\":{\\"text\\":\\"by$queries\\"},$place},"
    done
    printf '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","semanticVersion":"2.22.1","rules":[{"id":"py/code-injection","properties":{"tags":["external/cwe/cwe-094"],"security-severity":"9.3"}}]}},"invocations":[{"executionSuccessful":true,"toolExecutionNotifications":[%s]}],"results":[%s]}]}' "\${notes%,}" "\${results%,}" > "$output" ;;
esac
`;

describe("CodeQL's database step, in the sandbox", { timeout: 60_000 }, () => {
  const make = async (config: object) => {
    await mkdir(join(folder, "codeql"), { recursive: true });
    await writeFile(join(folder, "codeql", "codeql"), fakeCodeql);
    await chmod(join(folder, "codeql", "codeql"), 0o755);
    const sandbox = await bubblewrap.create(bubblewrap.config.parse({}), {} as Services);
    return analyzer.create(analyzer.config.parse(config), servicesWith(sandbox, { SECTUNE_TOOLS: folder }));
  };
  const python = (path: string, text: string) => file(path, "python", text);

  it("makes one database per language and reads what was written", async () => {
    const codeql = await make({ tool: "codeql" });
    expect(await codeql.probe()).toMatchObject({ available: true, version: "2.22.1" });
    const outcomes = await codeql.analyze(
      [
        python("a.py", "eval(x)"),
        python("b.py", "x = 1"),
        python("c.py", "eval(y)"),
        file("d.js", "javascript", "eval(z)"),
      ],
      context,
    );
    // The pretended CodeQL knows no JavaScript: exit code 32.
    expect(outcomes.map(kind)).toEqual(["findings", "clean", "findings", "crashed"]);
    expect(outcomes[2]).toMatchObject({
      findings: [
        { analyzer: "codeql", cwe: "CWE-94", severity: "critical", span: { file: "c.py", start: 0, end: 4 } },
      ],
    });
  });

  it("calls no file clean that it did not read, or read in part", async () => {
    const codeql = await make({ tool: "codeql" });
    const texts = ["x = 1", "def f(:", "unread", "eval(x); def f(:"];
    const outcomes = await codeql.analyze(
      texts.map((text, index) => python(`${index}.py`, text)),
      context,
    );
    expect(outcomes.map(kind)).toEqual(["clean", "unparsable", "crashed", "findings"]);
  });

  it("runs the suite, severity and threshold of each description, or queries of the user's", async () => {
    const importing = [python("a.py", "import os")];
    const findingsOf = async (config: object) => {
      const [outcome] = await (await make(config)).analyze(importing, context);
      return outcome!.outcome === "findings" ? outcome!.findings : [];
    };
    const suite = (name: string) => `by codeql/python-queries:codeql-suites/python-${name}.qls`;
    expect(await findingsOf({ tool: "codeql" })).toMatchObject([
      { severity: "medium", message: suite("security-extended") },
    ]);
    expect(await findingsOf({ tool: "codeql-purpcode" })).toMatchObject([
      { severity: "medium", message: suite("security-and-quality") },
    ]);
    expect(await findingsOf({ tool: "codeql-purpcode", minSeverity: "high" })).toEqual([]);
    await mkdir(join(folder, "queries"), { recursive: true });
    await writeFile(join(folder, "queries", "qlpack.yml"), "name: mine\n");
    expect(await findingsOf({ tool: "codeql", rules: join(folder, "queries") })).toMatchObject([
      { message: "by /box/rules codeql/python-queries:Diagnostics" },
    ]);
  });
});

const real = async (config: object) =>
  analyzer.create(
    analyzer.config.parse(config),
    servicesWith(await bubblewrap.create(bubblewrap.config.parse({}), {} as Services), process.env),
  );
const states = new Map(
  await Promise.all(
    describedTools().map(async (name) => [name, await findTool(loadDescription(name), process.env)] as const),
  ),
);
const weakC = file("a.c", "c", "int f(void) { int *p = 0; return *p; }\n");
const cases: Record<string, Parameters<typeof analyzerContract>[2]> = {
  bandit: {
    vulnerable: [
      file("a.py", "python", "y = '😀'; eval(x)\n"),
      file("b.py", "python", "import os\r\nos.system('ls ' + x)\r\n"),
    ],
    clean: [file("c.py", "python", "def f(x):\n    return x\n")],
    broken: [file("d.py", "python", "def f(:\n"), file("e.py", "python", "return )\n")],
  },
  cppcheck: {
    vulnerable: [weakC],
    clean: [file("c.c", "c", "int f(int a) { return a + 1; }\n")],
    broken: [file("d.c", "c", "int f( { return \n")],
  },
  clang: {
    vulnerable: [weakC],
    clean: [file("c.c", "c", "int f(int a) { return a + 1; }\n")],
    broken: [file("d.c", "c", "int f( { return \n")],
  },
};
for (const [tool, files] of Object.entries(cases)) {
  const { available, reason, version } = states.get(tool)!;
  describe.skipIf(!available)(`the installed ${tool} (${reason ?? version})`, () => {
    analyzerContract(tool, () => real({ tool }), files);
  });
}

it.skipIf(!states.get("bandit")!.available)(
  "code cannot switch bandit off",
  { timeout: 60_000 },
  async () => {
    const bandit = await real({ tool: "bandit" });
    const texts = ["eval(x)  # nosec\n", "eval(x)  # nosec B307\n", "# nosec\neval(x)\n"];
    const outcomes = await bandit.analyze(
      texts.map((text, index) => file(`${index}.py`, "python", text)),
      context,
    );
    expect(outcomes.map(kind)).toEqual(["findings", "findings", "findings"]);
  },
);

describe.skipIf(!states.get("semgrep")!.available)(
  "the installed semgrep and flawfinder",
  { timeout: 60_000 },
  () => {
    it("find what the user's rules and flawfinder's name", async () => {
      const rules = join(folder, "rules.yaml");
      await writeFile(
        rules,
        "rules:\n- {id: my-eval, languages: [python], severity: ERROR, message: eval, pattern: eval(...), metadata: {cwe: 'CWE-95: x'}}\n",
      );
      const semgrep = await real({ tool: "semgrep", rules });
      const [weak, clean] = await semgrep.analyze(
        [file("a.py", "python", "y = '😀'; eval(x)\n"), file("b.py", "python", "x = 1\n")],
        context,
      );
      expect(weak).toMatchObject({
        findings: [{ rule: "my-eval", cwe: "CWE-95", severity: "high", span: { start: 10, end: 17 } }],
      });
      expect(clean).toEqual({ outcome: "clean" });
      await writeFile(
        rules,
        "rules:\n- {id: broken, languages: [python], severity: ERROR, message: m, pattern: 'eval('}\n",
      );
      expect((await semgrep.analyze([file("a.py", "python", "eval(x)\n")], context)).map(kind)).toEqual([
        "crashed",
      ]);
      const flawfinder = await real({ tool: "flawfinder" });
      await writeFile(
        rules,
        "rules:\n- {id: my-eval, languages: [python], severity: ERROR, message: eval, pattern: eval(...)}\n",
      );
      const switched = "eval(x)  # nosemgrep\neval(y)  # nosemgrep: my-eval\n";
      expect((await semgrep.analyze([file("a.py", "python", switched)], context))[0]).toMatchObject({
        findings: [{ span: { start: 0 } }, { span: { start: 21 } }],
      });
      const ignored = "void f(char *d, char *s) {\n  strcpy(d, s); /* Flawfinder: ignore */\n}\n";
      expect((await flawfinder.analyze([file("a.c", "c", ignored)], context)).map(kind)).toEqual([
        "findings",
      ]);
      const outcomes = await flawfinder.analyze(
        [file("a.c", "c", "/* 😀 */ void f(char *d, char *s) { strcpy(d, s); }\n")],
        context,
      );
      expect(outcomes).toMatchObject([{ findings: [{ cwe: "CWE-120", span: { start: 36 } }] }]);
    });
  },
);
