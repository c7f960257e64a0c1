import { expect, test } from "vitest";
import { runStage } from "../../test/fixtures/stages/memory-context.ts";
import { generation, tasks } from "../../test/fixtures/stages/rows.ts";
import type { Generation } from "../core/generation.ts";
import { stage as equalSize } from "./equal-size.ts";

test("equal-size: cut to the smallest set, drawn by the seed, in input order", async () => {
  const all = tasks.slice(0, 40).map((one) => generation(one));
  const inputs = { generations: all, "size a": all.slice(0, 30), "size b": all.slice(0, 12) };
  const { outputs, stats } = await runStage(equalSize, { inputs });
  const kept = outputs.kept as Generation[];
  expect(kept).toHaveLength(12);
  expect(kept).not.toEqual(all.slice(0, 12));
  expect(all.filter(({ id }) => kept.some((one) => one.id === id))).toEqual(kept);
  expect(stats).toEqual({ kept: 12, "dropped: larger than the smallest set": 28 });
});

test("equal-size: answers under two prompts are drawn for the same tasks", async () => {
  const under = (prompt: string) =>
    tasks.slice(0, 40).map((one) => generation(one, { id: `${prompt}-${one.id}` }));
  const [secure, generic] = [under("secure"), under("generic")];
  const drawn = async (generations: Generation[]) => {
    const inputs = { generations, "size a": secure.slice(0, 10) };
    const { outputs } = await runStage(equalSize, { inputs });
    return (outputs.kept as Generation[]).map(({ taskId }) => taskId);
  };
  expect(await drawn(secure)).toEqual(await drawn(generic));
});
