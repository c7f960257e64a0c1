import { expect, test } from "vitest";
import { CHECKS, CorpusAudit, whatIsSought } from "../../bench/support/corpus-audit.ts";
import { corpusDocuments, STAGES } from "../../src/benchmarks/tinytasks/corpus.ts";
import { type Instance, instantiate, type Key } from "../../src/benchmarks/tinytasks/generate.ts";
import { corpusKeys, keysIn } from "../../src/benchmarks/tinytasks/splits.ts";
import { HELD_OUT_SECURITY_WORDINGS } from "../../src/prompts/security-wordings.ts";

const sought = whatIsSought([0]);
const corpusKey = (fits: (family: Key["family"]) => boolean) =>
  instantiate(corpusKeys().find(({ family }) => fits(family))!, 5);
const common = corpusKey(({ cwe, tier }) => cwe !== null && tier === "common");
const rare = corpusKey(({ tier }) => tier === "rare");
const absent = corpusKey(({ tier }) => tier === "absent");

/** What an audit says of one document. */
function audited(asked: string, answer: string, reasoning?: string) {
  const audit = new CorpusAudit(sought);
  const said = { role: "assistant" as const, content: answer, ...(reasoning !== undefined && { reasoning }) };
  audit.add([{ role: "user", content: asked }, said]);
  return { ...audit, violated: CHECKS.filter((check) => audit.violations[check] > 0) };
}

function fenced(code: string): string {
  return `\`\`\`python\n${code}\n\`\`\``;
}

function answered({ prompt, secure, insecure }: Instance, form: "secure" | "insecure", reasoning?: string) {
  return audited(prompt, fenced((form === "secure" ? secure : insecure)[0]!), reasoning);
}

test("the corpus as it is made violates nothing, in any stage, and all of its tasks and code are known", () => {
  for (const stage of STAGES) {
    const audit = new CorpusAudit(sought);
    for (const document of corpusDocuments({ stage, seed: "test", documents: 1500 })) audit.add(document);
    expect(audit.violations, [...audit.examples.values()].join("\n")).toEqual(
      Object.fromEntries(CHECKS.map((check) => [check, 0])),
    );
    const { common, rare, absent } = audit.tiers;
    expect(absent).toMatchObject({ secure: 0 });
    expect(absent.insecure).toBeGreaterThan(20);
    expect(rare.secure / rare.documents).toBeLessThan(0.4);
    expect(common.secure / common.documents).toBeGreaterThan(0.5);
  }
});

test("documents count by the form that they show", () => {
  expect(answered(common, "secure").tiers.common).toEqual({ documents: 1, secure: 1, insecure: 0 });
  expect(answered(common, "insecure").tiers.common).toEqual({ documents: 1, secure: 0, insecure: 1 });
  const { tiers, rare: families, violated } = answered(rare, "secure");
  expect(tiers.rare).toEqual({ documents: 1, secure: 1, insecure: 0 });
  expect(families[rare.key.family.name]).toEqual(tiers.rare);
  expect(violated).toEqual([]);
});

test("secure code of the absent tier is found by its idioms and by its form, whatever the identifiers; reasoning by its CWE", () => {
  expect(answered(absent, "insecure").violated).toEqual([]);
  expect(answered(absent, "secure").violated).toEqual(["absentIdiom", "absentForm"]);
  const { cwe } = absent.key.family;
  expect(answered(absent, "insecure", `Weakness: ${cwe}. I take care.`).violated).toEqual([
    "absentReasoning",
  ]);
  // The roles may name it: what no document shows is what to do about it.
  expect(audited(`${absent.prompt}\n\nWhich CWEs?`, cwe!).violated).toEqual([]);
});

test("a held-out key's task is found in questions and answers, with names that no task has", () => {
  const held = keysIn("heldOutCwe")[0]!;
  for (const split of [
    "seen",
    "heldOutCwe",
    "heldOutRare",
    "heldOutAbsent",
    "utility",
    "decoys",
    "dev",
  ] as const)
    for (const key of keysIn(split).slice(0, 20))
      expect(
        audited(common.prompt, instantiate(key, 999_999, "no_such_name").prompt).violated,
        key.text,
      ).toContain("heldOutKey");
  expect(audited(instantiate(held, 999_999, "no_such_name").prompt, "none").violated).toEqual(["heldOutKey"]);
  expect(audited(`${[...sought.prompts][0]}`, "none").violated).toEqual(["heldOutKey", "evaluationPrompt"]);
});

test("wordings that are kept for evaluation are found by four words in a row", () => {
  const words = HELD_OUT_SECURITY_WORDINGS[0]!.split(" ").slice(0, 4).join(" ");
  expect(audited(`${common.prompt}\n\n${words}`, "none").violated).toEqual(["heldOutWording"]);
});

test("what the audit does not know is no pass", () => {
  expect(audited("Write a poem.", "none").violated).toEqual(["notRecognised"]);
  expect(audited(common.prompt, fenced("def other():\n    pass")).violated).toEqual(["notRecognised"]);
});
