import { describe, expect, it } from "vitest";
import { analyzer } from "../../src/analyzers/icd/index.ts";
import { findPackage } from "../../src/analyzers/icd/package-folder.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { SourceFile } from "../../src/core/analyzer.ts";
import { sandbox } from "../../src/sandboxes/bubblewrap/index.ts";
import { analyzerContract } from "../contracts/analyzer.ts";
import { servicesWith } from "./fake-sandbox.ts";

const found = await findPackage(process.env);
const bubblewrap = await sandbox.create(sandbox.config.parse({}), {} as Services);
const file = (path: string, language: string, text: string): SourceFile => ({ path, language, text });
const make = async () =>
  analyzer.create(analyzer.config.parse({ jobs: 1 }), servicesWith(bubblewrap, process.env));

describe.skipIf(!found.available)(`the installed codeshield (${found.reason ?? found.version})`, () => {
  analyzerContract("icd", make, {
    vulnerable: [
      file("main.py", "python", "import os\n\ndef f(name):\n    os.system('ls ' + name)\n"),
      file("main.py", "python", "# é😀\r\nimport hashlib\r\nhashlib.md5(x)\r\n"),
      file("main.c", "c", "void f(char *d, char *s) { strcpy(d, s); }\n"),
      file("lib.rs", "rust", "fn f() { unsafe { g() } }\n"),
    ],
    clean: [file("main.py", "python", "def add(a, b):\n    return a + b\n")],
    broken: [file("main.py", "python", "def f(x):\n  return )\n"), file("main.py", "python", "((((((((((")],
  });

  it("finds what the package's own documentation promises, in one batch of several languages", {
    timeout: 60_000,
  }, async () => {
    const icd = await make();
    try {
      const batch = [
        file("a.c", "c", "int f(void) { return rand(); }\n"),
        file("a.js", "javascript", "eval(x)\n"),
        file(
          "A.java",
          "java",
          'class A { void f() throws Exception { Cipher.getInstance("AES/ECB/NoPadding"); } }\n',
        ),
        file("a.php", "php", "<?php eval($_GET['x']);\n"),
      ];
      const outcomes = await icd.analyze(batch, { signal: new AbortController().signal, onProgress() {} });
      const rules = outcomes.map((outcome) =>
        outcome.outcome === "findings" ? outcome.findings.map(({ cwe }) => cwe) : outcome.outcome,
      );
      expect(rules[0]).toContain("CWE-338");
      expect(rules[1]).toContain("CWE-95");
      expect(rules[2]).toContain("CWE-327");
      expect(rules[3]).toContain("CWE-94");
    } finally {
      await icd.close?.();
    }
  });
});
