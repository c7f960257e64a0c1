import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { registrySource } from "../scripts/generate/registry-source.ts";

let src = "";
beforeEach(async () => {
  src = await mkdtemp(join(tmpdir(), "sectune-registry-test-"));
});
afterEach(() => rm(src, { recursive: true, force: true }));

it("lists adapters under every port they export, in order, with lazy imports", async () => {
  await put("models/zeta/index.ts", "export const model = {};\nexport const server = {};\n");
  await put("models/alpha/index.ts", "export const model: Adapter<Model, Config> = {};\n");
  await put("models/shared-text.ts", "export const model = 1;\n");
  const source = await registrySource(src);
  expect(source.indexOf('"alpha"')).toBeLessThan(source.indexOf('"zeta"'));
  expect(source).toContain(
    '"zeta": () => import("../models/zeta/index.ts").then((module) => module.server),',
  );
  expect(source).not.toContain("shared-text");
});

it("lists stages and recipes that export one", async () => {
  await put("stages/train.ts", "export const stage = defineStage({});\n");
  await put("stages/train.test.ts", "export const stage = 1;\n");
  await put("stages/shared-rows.ts", "export function rows() {}\n");
  await put("recipes/first.ts", "export const recipe = defineRecipe({});\n");
  const source = await registrySource(src);
  expect(source).toContain('"train": () => import("../stages/train.ts")');
  expect(source).not.toContain("shared-rows");
  expect(source).toContain('"first": () => import("../recipes/first.ts")');
});

it("works on an empty tree and gives equal text for equal trees", async () => {
  expect(await registrySource(src)).toBe(await registrySource(join(src, "nowhere")));
});

it("refuses an adapter folder whose index exports no port, and two adapters of one name", async () => {
  await put("models/odd/index.ts", "export const thing = 1;\n");
  await expect(registrySource(src)).rejects.toThrow("src/models/odd/index.ts exports none of");
  await put("models/odd/index.ts", "export const model = 1;\n");
  await put("trainers/odd/index.ts", "export const model = 1;\n");
  await expect(registrySource(src)).rejects.toThrow("two model adapters are called odd");
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(src, path)), { recursive: true });
  await writeFile(join(src, path), text);
}
