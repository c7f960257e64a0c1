import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../src/app/config.ts";
import { findPython } from "../src/worker-client/worker-environment.ts";

const root = resolve(import.meta.dirname, "..");
const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".yaml"));

describe.each(examples)("examples/%s", (name) => {
  const path = join(root, "examples", name);

  it("loads, also at its smoke size", async () => {
    await loadConfig(path);
    await loadConfig(path, { smoke: true });
  });

  it("declares a smoke size and the schema for editors", () => {
    const text = readFileSync(path, "utf8");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=../schema/recipe.schema.json");
    expect(parse(text)).toHaveProperty("smoke");
  });
});

it("the published schema is valid, accepts the examples and refuses what loading refuses", () => {
  const good = examples.map((name) => parse(readFileSync(join(root, "examples", name), "utf8")) as object);
  const [first = {}] = good;
  const bad = [
    {},
    { ...first, benchmark: [] },
    { ...first, recipe: "none" },
    { ...first, seed: "many" },
    { ...first, models: { target: { adapter: "locl" } } },
    { ...first, models: { targt: "local" } },
    { ...first, params: { epohs: 1 } },
    { ...first, budget: { dollars: 1 } },
  ];
  // A validator that is not ours: jsonschema, which is among the worker's packages.
  const script = `
import json, sys
from jsonschema import Draft202012Validator as Validator
given = json.load(sys.stdin)
Validator.check_schema(given["schema"])
validator = Validator(given["schema"])
print(json.dumps([[error.message for error in validator.iter_errors(value)] for value in given["values"]]))
`;
  const schema = JSON.parse(readFileSync(join(root, "schema", "recipe.schema.json"), "utf8")) as object;
  const input = JSON.stringify({ schema, values: [...good, ...bad] });
  const output = execFileSync(findPython(process.env), ["-c", script], { input, encoding: "utf8" });
  const errors = JSON.parse(output) as string[][];
  expect(errors.slice(0, good.length)).toEqual(good.map(() => []));
  expect(errors.slice(good.length).map((messages) => messages.length > 0)).toEqual(bad.map(() => true));
});
