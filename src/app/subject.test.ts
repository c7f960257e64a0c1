import { expect, test } from "vitest";
import { isDemonstration, subjectName } from "./subject.ts";

const use = (config: Record<string, string>) => ({ adapter: "local", config });

test("a run is about its target, whatever other roles use", () => {
  const judged = { judge: use({ checkpoint: "tiny-coder" }), target: use({ checkpoint: "owner/model@1" }) };
  expect(subjectName({ models: judged })).toBe("owner/model@1");
  expect(isDemonstration({ models: judged })).toBe(false);
  expect(isDemonstration({ models: { target: use({ checkpoint: "tiny-coder" }) } })).toBe(true);
  expect(subjectName({ models: { target: use({ model: "served" }) } })).toBe("served");
  expect(subjectName({ models: {} })).toBeUndefined();
});
