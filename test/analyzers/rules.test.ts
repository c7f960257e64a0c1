import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/analyzers/sectune-rules/compile-rules.ts";
import { builtInRules, loadRules } from "../../src/analyzers/sectune-rules/load-rules.ts";
import { scanText } from "../../src/analyzers/sectune-rules/scan-text.ts";

const set = loadRules();

/** What a rule says of a text, with no other beside it. Throws when the text could not be read. */
function spoken(id: string, language: string, text: string): string[] {
  const own = set.folders.filter(({ rules }) => rules.some((rule) => rule.id === id));
  const compiled = compileRules(own, (one) => one === id).get(language)!;
  const outcome = scanText({ path: "x", language, text }, compiled, {
    analyzer: "a",
    version: "1",
  });
  if (outcome.outcome === "failed") throw new Error(`${outcome.reason}: ${outcome.message}`);
  const findings = outcome.outcome === "findings" ? outcome.findings : [];
  return [...findings, ...(outcome.safe ?? [])].map(({ rule }) => rule);
}

for (const { language, rules } of set.folders) {
  describe(`rules for ${language.languages.join(", ")}`, () => {
    const cases = rules.flatMap(({ id, languages, examples }) =>
      (languages ?? language.languages).map((name) => ({ id, name, examples })),
    );
    it.each(cases)(
      "$id fires on its vulnerable examples and on no safe one ($name)",
      ({ id, name, examples }) => {
        for (const text of examples.vulnerable) expect(spoken(id, name, text), text).toContain(id);
        for (const text of examples.safe) expect(spoken(id, name, text), text).not.toContain(id);
      },
    );
  });
}

describe("the rules as a whole", () => {
  it("say one thing of a weakness at a place: what the rule says that follows the data", () => {
    const text = 'import os\nfrom flask import request\nos.system("ls " + request.args["d"])\n';
    const all = compileRules(set.folders, () => true).get("python")!;
    const outcome = scanText({ path: "x", language: "python", text }, all, { analyzer: "a", version: "1" });
    const alone = spoken("python-command-built", "python", text);
    expect(alone).toEqual(["python-command-built"]);
    expect(outcome).toMatchObject({ outcome: "findings", findings: [{ rule: "python-command-from-input" }] });
  });

  it("name no CWE that the CWE list discourages", () => {
    expect(set.warnings).toEqual([]);
  });
});

describe("a rule file that is wrong", () => {
  const load = (files: Record<string, string>) => {
    const root = mkdtempSync(join(tmpdir(), "sectune-rules-"));
    try {
      mkdirSync(join(root, "python"));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "python", name), text);
      return loadRules(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  };
  const rule = (extra: string) =>
    `id: a-rule\nkind: safe\ncwe: CWE-89\nmessage: something long\n${extra}\nexamples: {vulnerable: [a, b], safe: [c, d]}\n`;

  it.each([
    ["an unknown key", rule("match: [{calls: [f]}]"), /match\.0/],
    ["no way to match", rule("match: [{context: x}]"), /exactly one of/],
    ["a broken pattern", rule('match: [{string: "("}]'), /regular expression/],
    ["a tree rule without a gate", rule("match: [{tree: {kind: call}}]"), /needs `when`/],
    ["no YAML", "a: [", /a-rule\.yaml/],
  ])("%s is told with file and place", (_, text, message) => {
    expect(() => load({ "a-rule.yaml": text })).toThrow(message);
  });

  it("an id that is not the file's name is an error", () => {
    expect(() => load({ "b-rule.yaml": rule("match: [{call: [f]}]") })).toThrow(/one name/);
  });

  it("knows where the built-in ones are", () => {
    expect(loadRules(builtInRules).version).toBe(set.version);
  });
});
