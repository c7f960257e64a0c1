import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GenerateReply } from "../../src/core/model.ts";
import { model as mock } from "../../src/models/mock/index.ts";
import { model as adapter } from "../../src/models/replay/index.ts";
import { recordingLine, replayKey } from "../../src/models/replay/recording.ts";
import { contextFor, contractRequestList, contractRequests, modelContract } from "../contracts/model.ts";
import { testServices } from "./test-double.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sectune-replay-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

modelContract("replay", {
  async open() {
    const source = await mock.create(
      mock.config.parse({ rules: [{ replies: [{ text: "sample {{sample}} of {{prompt}}\u2028🙂" }] }] }),
      testServices(),
    );
    const lines: string[] = [];
    for (const request of contractRequestList())
      lines.push(recordingLine(request, await source.generate(request, contextFor())));
    const path = join(folder, "contract.ndjson");
    await writeFile(path, lines.join(""));
    return { model: await adapter.create({ path }, testServices()) };
  },
});

const { plain, unicode } = contractRequests;

it("reads a recording that begins with a byte-order mark", async () => {
  const path = await recording(
    "\ufeff",
    recordingLine(plain, answer("one")),
    recordingLine(unicode, answer("two")),
  );
  const model = await adapter.create({ path }, testServices());
  expect((await model.generate(plain, contextFor())).samples[0]!.text).toBe("one");
  expect((await model.generate(unicode, contextFor())).samples[0]!.text).toBe("two");
  await model.close?.();
});

it("gives the last reply of a key, and refuses what it does not hold", async () => {
  const path = await recording(
    recordingLine(plain, answer("old")),
    "\n",
    recordingLine(plain, answer("new")),
  );
  const model = await adapter.create({ path }, testServices());
  expect((await model.generate(plain, contextFor())).samples[0]!.text).toBe("new");
  await expect(model.generate(unicode, contextFor())).rejects.toMatchObject({
    code: "replay-miss",
    retryable: false,
  });
  await expect(model.generate({ ...plain, sampleIndex: 1 }, contextFor())).rejects.toMatchObject({
    code: "replay-miss",
  });
  await model.close?.();
});

it("refuses a reply with the wrong number of samples", async () => {
  const four = { ...plain, n: 4 };
  const model = await adapter.create(
    { path: await recording(recordingLine(four, answer("one"))) },
    testServices(),
  );
  await expect(model.generate(four, contextFor())).rejects.toMatchObject({ code: "data-invalid" });
  await model.close?.();
});

it.each([
  ["cut JSON", '{"key": "a", "rep', /line 2, column \d+/],
  ["no reply", '{"key": "a"}', /line 2, field reply/],
  [
    "a bad finish reason",
    JSON.stringify({ key: "a", reply: { samples: [{ text: "", finish: "?" }] } }),
    /line 2/,
  ],
])("names the line of %s", async (_what, bad, message) => {
  const path = await recording(recordingLine(plain, answer("fine")), `${bad}\n`);
  const error = await Promise.resolve(adapter.create({ path }, testServices())).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "data-invalid", message: expect.stringMatching(message) });
  expect(error.message).toContain(path);
  expect(await adapter.probe!({ path }, testServices())).toMatchObject({ available: false });
});

it("is known by what the file holds, not by where it is", async () => {
  const first = await recording(recordingLine(plain, answer("same")));
  const second = await recording(recordingLine(plain, answer("same")));
  const version = (path: string) => adapter.fingerprint!({ path }, testServices());
  expect(await version(second)).toBe(await version(first));
  expect(await version(await recording(recordingLine(plain, answer("other"))))).not.toBe(
    await version(first),
  );
  expect(await adapter.probe!({ path: join(folder, "none") }, testServices())).toMatchObject({
    available: false,
  });
  expect(replayKey(plain)).toBe(replayKey(structuredClone(plain)));
});

let count = 0;
async function recording(...lines: string[]): Promise<string> {
  const path = join(folder, `recording-${count++}.ndjson`);
  await writeFile(path, lines.join(""));
  return path;
}

function answer(text: string): GenerateReply {
  return { samples: [{ text, finish: "stop", usage: { input: 1, output: 1 } }] };
}
