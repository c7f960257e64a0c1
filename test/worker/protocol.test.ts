import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { HostMessageSchema, WorkerMessageSchema } from "../../src/worker-client/protocol.ts";
import { protocolSchemaText } from "../../src/worker-client/protocol-schema.ts";

const folder = new URL("../fixtures/protocol/", import.meta.url);
interface Line {
  readonly from: "host" | "worker";
  readonly message: unknown;
  readonly why?: string;
}

// The same files are read by worker/tests/test_protocol.py.
const transcripts = (await readdir(folder)).filter((name) => name.endsWith(".ndjson"));

it("has transcripts of every kind of message", () => {
  const seen = new Set(
    transcripts.flatMap((name) => lines(name).map(({ message }) => (message as { type: string }).type)),
  );
  const host = HostMessageSchema.options.map((option) => option.shape.type.value);
  const worker = WorkerMessageSchema.options.map((option) => option.shape.type.value);
  for (const type of [...host, ...worker]) expect(seen).toContain(type);
});

it.each(transcripts.filter((name) => name !== "invalid.ndjson"))("accepts every line of %s", (name) => {
  for (const { from, message } of lines(name)) {
    expect((from === "host" ? HostMessageSchema : WorkerMessageSchema).parse(message)).toEqual(message);
  }
});

it.each(lines("invalid.ndjson"))("refuses: $why", ({ from, message }) => {
  expect((from === "host" ? HostMessageSchema : WorkerMessageSchema).safeParse(message).success).toBe(false);
});

it("the worker's schema file is what the zod schemas make", async () => {
  const file = new URL("../../worker/protocol.schema.json", import.meta.url);
  expect(await readFile(file, "utf8")).toBe(protocolSchemaText());
});

function lines(name: string): Line[] {
  const text = readFileSync(new URL(name, folder), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}
