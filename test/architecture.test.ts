import { homedir } from "node:os";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { importViolations } from "./architecture/import-rules.ts";
import { type ProjectFile, readProject } from "./architecture/source-file.ts";
import {
  branchViolations,
  exportViolations,
  machineViolations,
  nameViolations,
  sizeViolations,
} from "./architecture/style-rules.ts";

const root = resolve(import.meta.dirname, "..");
const written = ["src", "test", "bench", "scripts", "worker", "examples", "docs", "schema", ".ci"];
const files = await readProject(root, written);

describe("architecture of this checkout", () => {
  it("has files to look at", () => {
    expect(files.filter(({ path }) => path.startsWith("src/core/")).length).toBeGreaterThan(20);
  });
  it("imports only along the table", () => {
    expect(importViolations(files)).toEqual([]);
  });
  it("names files by rule", () => {
    expect(nameViolations(files)).toEqual([]);
  });
  it("has no default exports and no barrels", () => {
    expect(exportViolations(files)).toEqual([]);
  });
  it("keeps files small", () => {
    expect(sizeViolations(files)).toEqual([]);
  });
  it("holds no paths of this machine and no download addresses", () => {
    // Short roots such as /app or /src would match ordinary text.
    const machinePaths = [root, `${homedir()}/.pyenv`, `${homedir()}/.cache`].filter(
      (path) => path.length > 6,
    );
    expect(machineViolations(files, machinePaths)).toEqual([]);
  });
  it("branches on no adapter or recipe name in shared code", () => {
    expect(branchViolations(files)).toEqual([]);
  });
});

describe("planted violations are found", () => {
  it.each([
    ["core importing algorithms", "src/core/a.ts", 'import { x } from "../algorithms/x.ts";'],
    ["a type import", "src/engine/a.ts", 'import type { X } from "../app/x.ts";'],
    ["an import over several lines", "src/stages/a.ts", 'import {\n  x,\n} from "../engine/x.ts";'],
    ["a dynamic import", "src/report/a.ts", 'await import("../engine/x.ts");'],
    ["a re-export", "src/util/a.ts", 'export { x } from "../core/x.ts";'],
    ["an inline type import", "src/core/a.ts", 'let x: import("../stages/x.ts").X;'],
    ["an adapter importing its sibling", "src/models/a/index.ts", 'import { x } from "../b/x.ts";'],
    [
      "an adapter importing another kind",
      "src/models/a/index.ts",
      'import { x } from "../../sandboxes/b/x.ts";',
    ],
    ["a stage importing an adapter", "src/stages/a.ts", 'import { x } from "../models/b/index.ts";'],
    ["cli reaching past app", "src/cli/a.ts", 'import { x } from "../engine/x.ts";'],
    ["production code importing tests", "src/app/a.ts", 'import { x } from "../../test/x.ts";'],
    ["a folder that is not in the table", "src/helpers/a.ts", "export const a = 1;"],
  ])("%s", (_, path, text) => {
    expect(importViolations([{ path, text }])).toHaveLength(1);
  });

  it("allowed imports stay silent", () => {
    const allowed: ProjectFile[] = [
      {
        path: "src/models/a/index.ts",
        text: 'import { x } from "./x.ts"; import { y } from "../../core/y.ts";',
      },
      { path: "src/app/a.ts", text: 'import { x } from "../engine/x.ts"; import("../models/a/index.ts");' },
      {
        path: "src/cli/commands/a.ts",
        text: 'import { x } from "../../app/x.ts"; import { y } from "../y.ts";',
      },
    ];
    expect(importViolations(allowed)).toEqual([]);
  });

  it.each([
    ["src/core/CamelCase.ts"],
    ["src/core/snake_case.ts"],
    ["worker/sectune_worker/kebab-case.py"],
    ["src/engine/string-utils.ts"],
    ["src/app/run-manager.ts"],
  ])("name %s", (path) => {
    expect(nameViolations([{ path, text: "" }])).toHaveLength(1);
  });

  it("default exports and barrels", () => {
    expect(exportViolations([{ path: "src/a/b.ts", text: "export default 1;" }])).toHaveLength(1);
    expect(
      exportViolations([
        { path: "src/a/b.ts", text: '// all\nexport * from "./c.ts";\nexport {\n d\n} from "./d.ts";' },
      ]),
    ).toHaveLength(1);
    expect(exportViolations([{ path: "src/index.ts", text: 'export * from "./c.ts";' }])).toEqual([]);
  });

  it("long files", () => {
    expect(sizeViolations([{ path: "src/a/b.ts", text: "\n".repeat(600) }])).toHaveLength(3);
  });

  it("machine paths and addresses", () => {
    expect(
      machineViolations([{ path: "docs/a.md", text: "see /somewhere/checkout/x" }], ["/somewhere/checkout"]),
    ).toHaveLength(1);
    expect(
      machineViolations([{ path: "package-lock.json", text: '"resolved": "https://r/x.tgz"' }], []),
    ).toHaveLength(1);
    expect(
      machineViolations([{ path: "worker/requirements.lock", text: "--index-url https://r\n" }], []),
    ).toHaveLength(1);
  });

  it("branches on names", () => {
    const planted: ProjectFile[] = [
      { path: "src/benchmarks/tiny/index.ts", text: "" },
      { path: "src/engine/a.ts", text: 'if (benchmark.name === "tiny") {}' },
    ];
    expect(branchViolations(planted)).toHaveLength(1);
  });
});
