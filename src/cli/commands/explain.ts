import { defineCommand } from "citty";
import { explainStep } from "../../app/explain.ts";
import { storeRoot } from "../../app/store-root.ts";
import { print, printJson } from "../output.ts";
import { table } from "../table.ts";

export const command = defineCommand({
  meta: {
    name: "explain",
    description:
      "Why a step ran or was cached: the parts of its key, and which of them changed since the run before.",
  },
  args: {
    step: { type: "positional", required: true, description: "step id, as `sectune runs show` prints it" },
    run: { type: "string", default: "latest", description: "run id, an unambiguous part of it, or latest" },
    store: { type: "string", valueHint: "DIR", description: "store; default: SECTUNE_HOME, ./.sectune" },
    json: { type: "boolean", description: "one JSON line on stdout instead" },
  },
  run: async ({ args }) => {
    const explanation = await explainStep(storeRoot({}, args.store), args.run, args.step);
    if (args.json) {
      printJson(explanation);
      return;
    }
    const { run, step, comparedWith, changed } = explanation;
    print(`${step.id} (${step.stage}) in ${run}: ${step.status}`);
    if (step.key === null) return print("it has no key: it did not get so far");
    print(`key ${step.key}`);
    print(table(Object.entries(step.keyParts).map(([part, hash]) => [`  ${part}`, hash])));
    if (comparedWith === null) return print("no earlier run has this step");
    if (changed.length === 0) return print(`same key as in ${comparedWith}`);
    print(`changed since ${comparedWith}:`);
    print(table(changed.map(({ part, before, now }) => [`  ${part}`, before ?? "–", "→", now ?? "–"])));
  },
});
