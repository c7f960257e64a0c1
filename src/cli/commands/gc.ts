import { defineCommand } from "citty";
import { collectGarbage } from "../../app/collect-garbage.ts";
import { storeRoot } from "../../app/store-root.ts";
import { wholeNumber } from "../arguments.ts";
import { print, printJson } from "../output.ts";
import { quantity } from "../renderers/figures.ts";

export const command = defineCommand({
  meta: {
    name: "gc",
    description:
      "Remove what no kept run refers to: objects, actions, and scratch (states of training) unless a kept run is unfinished. Model replies that were paid for always stay.",
  },
  args: {
    keep: { type: "string", valueHint: "N", description: "keep the newest N runs; default: all" },
    "dry-run": { type: "boolean", description: "only say what would go" },
    store: { type: "string", valueHint: "DIR", description: "store; default: SECTUNE_HOME, ./.sectune" },
    json: { type: "boolean", description: "one JSON line on stdout instead" },
  },
  run: async ({ args }) => {
    const dryRun = args["dry-run"] === true;
    const keepRuns = wholeNumber(args.keep, "keep");
    const report = await collectGarbage(storeRoot({}, args.store), { dryRun, keepRuns });
    if (args.json) {
      printJson({ dryRun, ...report });
      return;
    }
    const { runs, actions, objects, scratch, bytes } = report;
    const verb = dryRun ? "would remove" : "removed";
    print(
      `${verb} ${runs} runs, ${actions} actions, ${objects} objects, ${scratch} scratch folders (${quantity(bytes)} bytes)`,
    );
  },
});
