import { describe, expect, it } from "vitest";
import { SyntaxTree } from "../../algorithms/syntax/syntax-tree.ts";
import { source } from "./taint.ts";
import { inFrontOf, Variables } from "./variables.ts";

const { root } = new SyntaxTree("python", "x = 1\n");
const [a, b] = [source("weak", root, "a"), source("strong", root, "b")];

describe("variables", () => {
  it("can be looked at as they were before any step", () => {
    const variables = new Variables();
    variables.set("x", 0, a);
    variables.set("x", 2, null);
    variables.set("x", 2, b);
    expect([0, 1, 2, 3].map((step) => variables.before(step).get("x"))).toEqual([undefined, a, a, b]);
    expect(variables.get("x")).toBe(b);
    expect([...variables.names()]).toEqual(["x"]);
  });

  it("tell what was never given from what was found clean", () => {
    const variables = new Variables();
    variables.set("clean", 0, null);
    expect([variables.get("clean"), variables.get("other")]).toEqual([null, undefined]);
  });

  it("of an inner scope hide those around it, clean ones too", () => {
    const outer = new Variables();
    outer.set("x", 0, a);
    outer.set("y", 0, a);
    const held = inFrontOf(outer, new Map([["x", null]]));
    expect([held.get("x"), held.get("y")]).toEqual([null, a]);
  });
});
