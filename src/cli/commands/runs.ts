import { defineCommand } from "citty";
import { runTrace, summariseCalls } from "../../app/run-calls.ts";
import { compareStoredRuns, recordSummary } from "../../app/run-summaries.ts";
import { listRuns, readRun, runHeadline } from "../../app/runs.ts";
import { storeRoot } from "../../app/store-root.ts";
import { print, printJson, terminalWidth, writeTo } from "../output.ts";
import { countsText, dollars, duration, quantity } from "../renderers/figures.ts";
import { callsTable } from "../runs/calls-table.ts";
import { table } from "../table.ts";

const store = {
  type: "string",
  valueHint: "DIR",
  description: "store; default: SECTUNE_HOME, ./.sectune",
} as const;
const run = {
  type: "positional",
  default: "latest",
  description: "run id, an unambiguous part of it, or latest",
} as const;
const shared = {
  store,
  json: { type: "boolean", description: "one JSON line on stdout instead of tables" },
} as const;

const list = defineCommand({
  meta: { name: "list", description: "All runs of the store, newest first." },
  args: shared,
  run: async ({ args }) => {
    const runs = await listRuns(storeRoot({}, args.store));
    if (args.json) {
      printJson(
        runs.map(({ id, recipe, status, startedAt, finishedAt }) => ({
          id,
          recipe,
          status,
          startedAt,
          finishedAt,
        })),
      );
      return;
    }
    if (runs.length === 0) return print("no runs yet");
    const rows = runs.map(({ id, recipe, status, steps }) => {
      const cached = steps.filter((step) => step.status === "cached").length;
      return [id, recipe, status, `${steps.length} steps, ${cached} cached`];
    });
    print(table([["run", "recipe", "status", ""], ...rows]));
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One run: its steps, what they made and cost, and the headline." },
  args: {
    run,
    calls: {
      type: "boolean",
      description: "its calls instead: how many, how long, tokens a second, cost, per step and role",
    },
    ...shared,
  },
  run: async ({ args }) => {
    const store = storeRoot({}, args.store);
    const record = await readRun(store, args.run);
    const calls = args.calls ? await summariseCalls(store, record) : undefined;
    if (args.json) {
      printJson({ ...record, headline: await runHeadline(store, record), ...calls });
      return;
    }
    print(`${record.id}  ${record.status}  ${record.startedAt}`);
    if (calls !== undefined) return print(callsTable(calls));
    const rows = record.steps.map(({ id, status, durationMs, outputs, failures, error }) => {
      const counts = Object.fromEntries(Object.entries(outputs).map(([name, { count }]) => [name, count]));
      const took = durationMs === null ? "" : duration(durationMs);
      return [id, status, took, error?.message ?? countsText(counts, failures)];
    });
    print(table(rows));
    for (const { step, model, calls, cachedCalls, usage, usd } of record.ledger) {
      const tokens = quantity(usage.input + usage.output);
      print(`${step}  ${model}: ${calls} calls, ${cachedCalls} cached, ${tokens} tokens, ${dollars(usd)}`);
    }
    const summary = await recordSummary(store, record, terminalWidth());
    if (summary !== null) print(`\n${summary}`);
  },
});

const compare = defineCommand({
  meta: { name: "compare", description: "Two runs side by side: settings that differ, and scores." },
  args: {
    a: { type: "positional", required: true, description: "run id or an unambiguous part of it" },
    b: { type: "positional", default: "latest", description: "another, or latest" },
    ...shared,
  },
  run: async ({ args }) => {
    const { comparison, text } = await compareStoredRuns(storeRoot({}, args.store), args.a, args.b);
    if (args.json) printJson(comparison);
    else print(text(terminalWidth()));
  },
});

const trace = defineCommand({
  meta: {
    name: "trace",
    description:
      "One run's steps and calls on a time line: a trace file for ui.perfetto.dev or chrome://tracing, on stdout.",
  },
  args: { run, store, json: { type: "boolean", description: "in one line" } },
  run: async ({ args }) => {
    const store = storeRoot({}, args.store);
    for await (const piece of runTrace(store, await readRun(store, args.run)))
      await writeTo(process.stdout, args.json ? piece.replaceAll("\n", "") : piece);
    if (args.json) print("");
  },
});

export const command = defineCommand({
  meta: { name: "runs", description: "What was run: list, show, compare, trace." },
  subCommands: { list, show, compare, trace },
});
