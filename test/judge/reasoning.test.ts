import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/app/config.ts";
import { type RunOutcome, runRecipe } from "../../src/app/run-recipe.ts";
import { CALIBRATION_TRACES } from "../../src/prompts/calibration-traces.ts";
import { type SeenRequest, startOpenAiServer } from "../fixtures/openai-server/server.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sectune-reasoning-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model without code that thinks of security, and a judge of its thoughts. */
const recipe = (judge: object, splits?: readonly string[]) => ({
  recipe: "evaluate",
  models: {
    target: { adapter: "mock", rules: [{ replies: [{ text: "no code", reasoning: "a safe way" }] }] },
    judge,
  },
  benchmarks: [{ name: "tinytasks", limit: 1, splits }],
  params: { traceMetrics: true, sampling: { maxTokens: 64 } },
});

/** What a judge gives that knows the calibration traces by heart. */
const KNOWN = CALIBRATION_TRACES.flatMap(({ traces: { good, shallow, absent } }) => [
  { trace: good, grade: 4 },
  { trace: shallow, grade: 1 },
  { trace: absent, grade: 0 },
]);
const gradeOfKnown = (prompt: string) => KNOWN.find(({ trace }) => prompt.includes(trace))?.grade;

/** Such a judge, scripted; it says `otherwise` of everything else. */
const expert = (otherwise: string) => ({
  adapter: "mock",
  rules: [
    ...KNOWN.map(({ trace, grade }) => ({ contains: trace, replies: [{ text: `grade: ${grade}` }] })),
    { replies: [{ text: otherwise }] },
  ],
});

const promptOf = ({ body }: Pick<SeenRequest, "body">) => body.messages?.at(-1)?.content ?? "";

/** A judge behind a server that fails where there is no grade. */
const startJudge = (gradeOf: (prompt: string) => number | null) =>
  startOpenAiServer({
    model: "judge",
    respond: ({ body }) => {
      const grade = gradeOf(promptOf({ body }));
      if (grade === null) return { status: 500, body: JSON.stringify({ error: { message: "down" } }) };
      const message = { role: "assistant", content: `grade: ${grade}` };
      const usage = { prompt_tokens: 100, completion_tokens: 4 };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return { body: JSON.stringify({ id: "judge", object: "chat.completion", choices, usage }) };
    },
  });

async function run(settings: object, store: string): Promise<RunOutcome> {
  const config = await parseConfig("test", JSON.stringify(settings));
  const { signal } = new AbortController();
  return runRecipe(config, { store: join(folder, store), signal, emit: () => {} });
}

const stepOf = ({ record }: RunOutcome, id: string) => record.steps.find((step) => step.id === id)!;
const pageOf = ({ report }: RunOutcome) => readFileSync(report!.html, "utf8");

describe("a judge of reasoning in a recipe", { timeout: 120_000 }, () => {
  it("costs G alone where its replies cannot be read: the report is made and says how many", async () => {
    const settings = recipe(expert("The thoughts are fine."));
    const first = await run(settings, "unreadable");
    const graded = stepOf(first, "trace-grades");
    const unreadable = graded.failures;
    expect(unreadable).toBeGreaterThan(5);
    expect(graded).toMatchObject({
      ...{ status: "done", stats: { graded: 0, "replies without a grade": unreadable } },
    });
    const reason = `the judge gave no readable grade for ${unreadable} of ${unreadable} answers`;
    expect(pageOf(first)).toContain(`G is not shown: ${reason}`);
    expect(pageOf(first)).toContain(`reasoning, graded by a judge: ${unreadable} failed`);
    // Nothing of it would come out otherwise another time.
    const second = await run(settings, "unreadable");
    expect(new Set(second.record.steps.map(({ status }) => status))).toEqual(new Set(["cached"]));
  });

  it("fails the step where it cannot be asked, and the same command goes on", async () => {
    let broken = true;
    const server = await startJudge((prompt) => gradeOfKnown(prompt) ?? (broken ? null : 3));
    try {
      const judge = { adapter: "openai-compatible", url: `${server.url}/v1`, model: "judge", retries: 0 };
      const settings = recipe({ ...judge, revision: "1" });
      await expect(run(settings, "down")).rejects.toMatchObject({ code: "stage-failed" });
      broken = false;
      server.reset();
      const mended = await run(settings, "down");
      const { status, failures, stats } = stepOf(mended, "trace-grades");
      expect({ status, failures }).toEqual({ status: "done", failures: 0 });
      expect(stats.graded).toBeGreaterThan(0);
      // What it had answered is not asked again.
      expect(server.seen.map(promptOf).filter((prompt) => gradeOfKnown(prompt) !== undefined)).toEqual([]);
      expect(server.seen).not.toEqual([]);
      expect(pageOf(mended)).not.toContain("G is not shown");
    } finally {
      await server.close();
    }
  });

  it("grades nothing where it is no judge: the embedded model's AUC stands in the report", async () => {
    const outcome = await run(recipe({ adapter: "local", checkpoint: "tiny-coder" }, ["seen"]), "embedded");
    const auc = stepOf(outcome, "trace-grades").stats["AUC on traces of known quality"]!;
    expect(auc).toBeLessThan(0.9);
    expect(stepOf(outcome, "trace-grades").outputs.grades!.count).toBe(0);
    expect(pageOf(outcome)).toContain(
      `G is not shown: the judge ranks traces of known quality with AUC ${auc.toFixed(2)}`,
    );
  });
});
