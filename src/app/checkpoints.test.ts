import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Checkpoints } from "./checkpoints.ts";

const folder = mkdtempSync(join(tmpdir(), "sectune-checkpoints-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a checkpoint is what a loader reads: weights, tokenizer and template count, its card does not", async () => {
  const model = join(folder, "model");
  mkdirSync(model);
  const write = (name: string, text: string) => writeFileSync(join(model, name), text);
  write("config.json", "{}");
  write("model.safetensors", "weights");
  const checkpoints = new Checkpoints(join(folder, "store"));
  const first = await checkpoints.identify(model);
  write("README.md", "a card");
  write("LICENSE", "a licence");
  write("training.json", "{}");
  expect(await checkpoints.identify(model)).toBe(first);
  for (const name of ["model.safetensors", "chat_template.jinja", "config.json"]) {
    const before = await checkpoints.identify(model);
    write(name, JSON.stringify({ changed: name }));
    expect(await checkpoints.identify(model), name).not.toBe(before);
  }
});

test("a folder of links, as the hub's cache has them, is what the links lead to", async () => {
  const snapshot = (name: string, weights: string) => {
    const [blobs, model] = [join(folder, `${name}-blobs`), join(folder, name)];
    mkdirSync(blobs);
    mkdirSync(model);
    for (const [file, text] of [
      ["config.json", "{}"],
      ["model.safetensors", weights],
    ] as const) {
      writeFileSync(join(blobs, file), text);
      symlinkSync(join(blobs, file), join(model, file));
    }
    return model;
  };
  const checkpoints = new Checkpoints(join(folder, "store"));
  const one = await checkpoints.identify(snapshot("linked-1", "weights"));
  expect(await checkpoints.identify(snapshot("linked-2", "other weights"))).not.toBe(one);
  expect(await checkpoints.identify(snapshot("linked-3", "weights"))).toBe(one);
  rmSync(join(folder, "linked-1-blobs", "model.safetensors"));
  await expect(checkpoints.identify(join(folder, "linked-1"))).rejects.toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining("model.safetensors"),
  });
});

test("an adapter is itself and the model that it is put on", async () => {
  const make = (name: string, file: string, text: string) => {
    const at = join(folder, name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, file), text);
    return at;
  };
  const base = make("lora/base", "config.json", "{}");
  make("lora/base", "model.safetensors", "weights");
  const adapter = make("lora", "adapter_config.json", '{"base_model_name_or_path": "base"}');
  const checkpoints = new Checkpoints(join(folder, "store"));
  const first = await checkpoints.identify(adapter);
  expect(await checkpoints.identify(base)).not.toBe(first);
  make("lora/base", "model.safetensors", "other weights");
  expect(await checkpoints.identify(adapter)).not.toBe(first);
  make("lora", "adapter_config.json", '{"base_model_name_or_path": "gone/away"}');
  await expect(checkpoints.identify(adapter)).rejects.toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining("the base model gone/away of the adapter"),
    hint: expect.stringContaining("base_model_name_or_path"),
  });
});

test("what is no checkpoint is an error that says what is wanted", async () => {
  const checkpoints = new Checkpoints(join(folder, "store"));
  await expect(checkpoints.identify(join(folder, "nothing"))).rejects.toMatchObject({
    code: "config-invalid",
    hint: expect.stringContaining("owner/name@revision"),
  });
  await expect(checkpoints.identify(folder)).rejects.toMatchObject({ code: "data-invalid" });
});
