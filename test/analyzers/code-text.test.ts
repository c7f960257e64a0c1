import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/analyzers/sectune-rules/compile-rules.ts";
import { loadRules } from "../../src/analyzers/sectune-rules/load-rules.ts";
import { scanText } from "../../src/analyzers/sectune-rules/scan-text.ts";

const rules = compileRules(loadRules().folders, () => true);

function cwes(language: string, text: string): (string | undefined)[] {
  const outcome = scanText({ path: "f", language, text }, rules.get(language)!, {
    analyzer: "a",
    version: "1",
  });
  if (outcome.outcome === "failed") throw new Error(outcome.message);
  return outcome.outcome === "findings" ? outcome.findings.map(({ cwe }) => cwe) : [];
}

const lines = (...all: string[]) => `${all.join("\n")}\n`;

describe("what people say about code is no part of it", () => {
  it("a comment that names a safe function makes no code safe", () => {
    const read = 'def f():\n    return open("/srv/" + request.args["n"]).read()';
    expect(cwes("python", lines("from flask import request", read))).toEqual(["CWE-22"]);
    expect(cwes("python", lines("from flask import request", `${read}  # TODO realpath`))).toEqual([
      "CWE-22",
    ]);
    const docstring = read.replace("\n", '\n    """Uses realpath."""\n');
    expect(cwes("python", lines("from flask import request", docstring))).toEqual(["CWE-22"]);
  });

  it("an import in a comment, a docstring or a text is none", () => {
    const run = 'def f(host):\n    os.system("ping " + host)';
    for (const said of [
      "# import paramiko as os",
      '"""\nimport paramiko as os\n"""',
      'T = """\nimport paramiko as os\n"""',
    ])
      expect(cwes("python", lines("import os", said, run)), said).toEqual(["CWE-78"]);
    expect(cwes("python", lines("import paramiko as os", run))).toEqual([]);
    const script = 'app.get("/", (req) => cp.exec("ls " + req.query.d));';
    expect(
      cwes(
        "javascript",
        lines('const cp = require("child_process");', '// const cp = require("other");', script),
      ),
    ).toEqual(["CWE-78"]);
  });
});

it("modules that stand in for Node's own are known", () => {
  const read =
    'app.get("/", (req, res) => { fs.readFile("/srv/" + req.query.f, "utf8", (e, t) => res.json(t)); });';
  for (const name of ["fs", "node:fs", "fs-extra", "graceful-fs"])
    expect(cwes("javascript", lines(`const fs = require("${name}");`, read)), name).toEqual(["CWE-22"]);
});

it("Java's classes are known with their packages", () => {
  const weak = (body: string) => cwes("java", `class A { byte[] f(byte[] d) throws Exception { ${body} } }`);
  expect(weak('return java.security.MessageDigest.getInstance("MD5").digest(d);')).toEqual(["CWE-328"]);
  expect(weak('javax.crypto.Cipher.getInstance("DES/CBC/PKCS5Padding"); return d;')).toEqual(["CWE-327"]);
});

it("lines of the standard input are outside data", () => {
  expect(
    cwes("python", lines("import os, sys", "for line in sys.stdin:", '    os.system("ping " + line)')),
  ).toEqual(["CWE-78"]);
});
