import { expect, test } from "vitest";
import { parseCweList } from "./parse-cwe-list.ts";

test("CWE lists are read in the forms that models write, and what is neither list nor none is null", () => {
  expect(parseCweList("CWE-089, cwe_79 and CWE 22; CWE-89 again")).toEqual(["CWE-89", "CWE-79", "CWE-22"]);
  expect(parseCweList("None.")).toEqual([]);
  expect(parseCweList("no relevant CWEs")).toEqual([]);
  expect(parseCweList("[]")).toEqual([]);
  expect(parseCweList("It doesn't involve any CWE.")).toEqual([]);
  expect(parseCweList("It could be CWE-22.\nNot a query, so none of CWE-89.\nAnswer: CWE-022")).toEqual([
    "CWE-22",
  ]);
  expect(parseCweList("This task does not exhibit CWE-89. Answer: none")).toEqual([]);
  expect(parseCweList("CWE-79 would need a page.\nnone")).toEqual([]);
  expect(parseCweList("CWE-79 (text that is not escaped)\nCWE-20")).toEqual(["CWE-79", "CWE-20"]);
  expect(parseCweList("CWE-89: the query is built without any escaping")).toEqual(["CWE-89"]);
  expect(parseCweList("CWE-209, where errors must not show internals")).toEqual(["CWE-209"]);
  for (const guess of [
    "none of CWE-79 or CWE-89 applies",
    "This does not exhibit CWE-89.",
    "This task doesn't exhibit CWE-89.",
    "It can’t exhibit CWE-89.",
    "A plausible implementation cannot exhibit CWE-89.",
    "CWE-0",
    "CWE-79, CWE-9999",
    "I think this is fine, 89 times out of 100",
    "",
  ])
    expect(parseCweList(guess), guess).toBeNull();
});
