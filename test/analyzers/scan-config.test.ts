import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyzer as sarifCommand } from "../../src/analyzers/sarif-command/index.ts";
import { resolveScan } from "../../src/app/scan-config.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { Ran } from "../fixtures/run-command.ts";
import { scan } from "./run-scan.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-scan-config-"));
  await writeFile(join(folder, "weak.py"), "import os\n\ndef f(name):\n    os.system('ls ' + name)\n");
  await writeFile(
    join(folder, "copy.c"),
    "#include <string.h>\nvoid f(char *d, char *s) { strcpy(d, s); }\n",
  );
  await writeFile(join(folder, "null.c"), "int f(void) { int *p = 0; return *p; }\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function configured(yaml: string): Promise<string> {
  const path = join(folder, "scan.yaml");
  await writeFile(path, yaml);
  return path;
}

describe("a file for --config", () => {
  it("has every default filled in; flags win over it", async () => {
    const path = await configured(`analyzers:
  - sectune-rules
  - { adapter: sarif-command, tool: bandit, minSeverity: medium }
  - { adapter: sarif-command, tool: bandit }
  - { adapter: icd, mode: codeshield }
policy: { atLeast: 2, weights: { sectune-rules: 2 } }
minSeverity: medium
store: ./elsewhere
`);
    const own = await resolveScan(path, {});
    expect(own).toMatchObject({ minSeverity: "medium", store: "./elsewhere", budget: {}, models: {} });
    expect(own.analyzers.map(({ adapter, name }) => name ?? adapter)).toEqual([
      ...["sectune-rules", "sarif-command:bandit", "sarif-command:bandit", "icd:codeshield"],
    ]);
    expect(own.analyzers[1]!.config).toMatchObject({ tool: "bandit", minSeverity: "medium" });
    const over = await resolveScan(path, {
      analyzers: "icd",
      policy: "all",
      minSeverity: "low",
      sandbox: "docker",
      store: "here",
    });
    expect(over).toMatchObject({
      ...{ policy: "all", minSeverity: "low", store: "here", sandbox: { adapter: "docker" } },
      analyzers: [{ adapter: "icd", config: { mode: "cyberseceval" } }],
    });
    expect((await resolveScan(undefined, {})).analyzers).toMatchObject([{ adapter: "sectune-rules" }]);
  });

  it.each([
    ["analyser: []", ":1:1: unknown key `analyser`", "did you mean `analyzers`?"],
    ["analyzers: [bandit]", ":1:13: there is no analyzer adapter called `bandit`", "valid"],
    [
      "analyzers:\n  - { adapter: sarif-command, tol: bandit }",
      ":2:31: unknown key `analyzers.0.tol`",
      "did you mean `tool`?",
    ],
    ["analyzers:\n  - { adapter: icd, mode: codshield }", ":2:27: `analyzers.0.mode`", "`codeshield`"],
    ["minSeverity: hihg", ":1:14: `minSeverity`", "did you mean `high`?"],
    ["policy: most", ":1:9: `policy`", ""],
    ["policy: { atLeast: 1, weight: {} }", ":1:", ""],
    ["models: { judge: { adapter: mok } }", ":1:29: there is no model adapter called `mok`", "`mock`"],
    ["analyzers: [llm-judge]", ":1:13: llm-judge asks the model `judge`, which is not bound", "models.judge"],
    ["recipe: secpi", ":1:1: unknown key `recipe`", "valid"],
    ["a: [", "scan.yaml:1:", "not valid YAML"],
  ])("%s is refused with its place and the nearest name", async (yaml, message, hint) => {
    await expect(resolveScan(await configured(yaml), {})).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it("must exist", async () => {
    await expect(resolveScan(join(folder, "none.yaml"), {})).rejects.toMatchObject({
      code: "config-invalid",
    });
  });
});

describe("short forms", () => {
  it("name the kind of an adapter that has kinds", async () => {
    const { analyzers } = await resolveScan(undefined, {
      analyzers:
        "sarif-command:bandit, sarif-command:./my tools/own-tool.yaml, icd:codeshield, {adapter: sarif-command, tool: bandit, minSeverity: high}",
    });
    expect(analyzers).toMatchObject([
      { name: "sarif-command:bandit", config: { tool: "bandit" } },
      { name: "sarif-command:own-tool", config: { tool: "./my tools/own-tool.yaml" } },
      { name: "icd:codeshield", config: { mode: "codeshield" } },
      { name: "sarif-command:bandit", config: { tool: "bandit", minSeverity: "high" } },
    ]);
  });

  it.each([
    ["sectune-rules:fast", /has no kinds/],
    ["'sarif-command:'", /has no kinds/],
    ["icd:codshield", /--analyzers: `0.mode`/],
    ["sarif-comand:bandit", /no analyzer adapter called `sarif-comand`/],
    ["llm-judge", /--analyzers: llm-judge asks the model `judge`/],
  ])("%s is a mistake", async (name, message) => {
    await expect(resolveScan(undefined, { analyzers: name })).rejects.toThrow(message);
  });
});

/** Which of the described tools are here. */
const here = async (tool: string): Promise<string | undefined> => {
  const config = sarifCommand.config.parse({ tool });
  const found = await sarifCommand.probe!(config, { env: process.env } as Services);
  return found.available ? undefined : found.reason;
};
const missing = {
  bandit: await here("bandit"),
  semgrep: await here("semgrep"),
  cppcheck: await here("cppcheck"),
  flawfinder: await here("flawfinder"),
};
const unless = (...tools: (keyof typeof missing)[]) => {
  const reasons = tools.flatMap((tool) => missing[tool] ?? []);
  return { skip: reasons.length > 0, why: reasons.length > 0 ? ` (${reasons.join(", ")})` : "" };
};
const lines = ({ stdout }: Ran) => stdout.trim().split("\n");

describe("external tools on the command line", { timeout: 120_000 }, () => {
  const bandit = unless("bandit");
  it.skipIf(bandit.skip)(`bandit by its short form${bandit.why}`, async () => {
    const ran = await scan(["--analyzers", "sarif-command:bandit", join(folder, "weak.py")]);
    expect([ran.code, lines(ran).length]).toEqual([1, 1]);
    expect(ran.stdout).toMatch(/weak\.py:4:5 {2}\w+ {2}CWE-78 {2}B605: /);
    const sarif = await scan(["--sarif", "--analyzers", "sarif-command:bandit", join(folder, "weak.py")]);
    const { runs } = JSON.parse(sarif.stdout);
    expect(runs.map((run: { tool: { driver: { name: string } } }) => run.tool.driver.name)).toEqual([
      "bandit",
    ]);
    const other = await scan(["--analyzers", "sarif-command:bandit", join(folder, "null.c")]);
    expect([other.code, other.stdout]).toEqual([5, expect.stringContaining("unsupported-language")]);
  });

  const semgrep = unless("semgrep");
  it.skipIf(semgrep.skip)(`semgrep with rules of the user's by a file${semgrep.why}`, async () => {
    const rules = join(folder, "rules");
    await mkdir(rules, { recursive: true });
    await writeFile(
      join(rules, "mine.yaml"),
      "rules:\n- {id: my-system, languages: [python], severity: ERROR, message: no shell, pattern: os.system(...), metadata: {cwe: 'CWE-78: x'}}\n",
    );
    const path = await configured(
      `analyzers: [{ adapter: sarif-command, tool: semgrep, rules: ${rules} }]\n`,
    );
    const ran = await scan(["--config", path, "--json", join(folder, "weak.py")]);
    expect(ran.code).toBe(1);
    expect(JSON.parse(lines(ran)[0]!).findings).toMatchObject([
      { analyzer: "semgrep", rule: expect.stringContaining("my-system"), cwe: "CWE-78", line: 4, column: 5 },
    ]);
  });

  const tools = unless("cppcheck", "flawfinder");
  it.skipIf(tools.skip)(`several of them, with policies and how far they agree${tools.why}`, async () => {
    const yaml = `analyzers:
  - { adapter: sarif-command, tool: cppcheck }
  - { adapter: sarif-command, tool: flawfinder }
`;
    const files = [join(folder, "copy.c"), join(folder, "null.c")];
    const run = async (more: string) => scan(["--config", await configured(yaml + more), ...files]);
    // By default, a lexical tool alone makes no file weak.
    const usual = await run("");
    expect(usual.stdout).toContain("null.c:1");
    expect(usual.stdout).not.toContain("copy.c");
    expect(usual.stderr).toMatch(/sarif-command:cppcheck, sarif-command:flawfinder +0 +1 +1 +0 +0/);
    expect((await run("policy: any\n")).stdout).toContain("copy.c:2");
    expect((await run("policy: all\n")).code).toBe(0);
    const weighed =
      "policy: { byLanguage: { c: { atLeast: 1, weights: { 'sarif-command:cppcheck': 0.5 } } } }\n";
    expect((await run(weighed)).stdout).not.toContain("null.c");
  });
});
