import { defineCommand } from "citty";
import { exportFormats, exportRows } from "../../app/export-rows.ts";
import { storeRoot } from "../../app/store-root.ts";
import { repeated, wholeNumber } from "../arguments.ts";
import { print, printJson } from "../output.ts";

export const command = defineCommand({
  meta: {
    name: "export",
    description:
      "Write a run's training rows for other tools: a Hugging Face dataset with its card, or a LLaMA-Factory or TRL job. " +
      "What the tool would get wrong without saying so is refused.",
  },
  args: {
    source: {
      type: "positional",
      required: true,
      description: "run id, an unambiguous part of it, or latest; or a file of training rows",
    },
    format: { type: "enum", options: [...exportFormats], required: true, description: "what to write" },
    out: { type: "string", required: true, valueHint: "DIR", description: "folder that does not exist yet" },
    step: { type: "string", description: "step whose rows to take, or training, where a run has several" },
    licence: { type: "string", valueHint: "NAME", description: "licence of the rows of a file" },
    base: {
      type: "string",
      valueHint: "MODEL",
      description:
        "model to train: a folder, owner/name@revision, owner/name or tiny-coder; default: the run's own",
    },
    template: {
      type: "string",
      valueHint: "NAME",
      description: "LLaMA-Factory's chat template; default: the tokenizer's",
    },
    set: {
      type: "string",
      valueHint: "a=b",
      description: "override a training setting, such as batchRows=48; may be given several times",
    },
    devices: { type: "string", valueHint: "N", description: "devices that train together; default 1" },
    "micro-batch": {
      type: "string",
      valueHint: "N",
      description: "rows in one forward pass of a device; default 1",
    },
    cpu: { type: "boolean", description: "make a job for the CPU" },
    store: { type: "string", valueHint: "DIR", description: "store; default: SECTUNE_HOME, ./.sectune" },
    json: { type: "boolean", description: "one JSON line on stdout" },
  },
  run: async ({ args, rawArgs }) => {
    const { source, format, out, step, licence, base, template } = args;
    const result = await exportRows({
      ...{ source, format, out, step, licence, base, template },
      store: storeRoot({}, args.store),
      set: repeated(rawArgs, "set"),
      layout: {
        devices: wholeNumber(args.devices, "devices", 1) ?? 1,
        microBatchRows: wholeNumber(args["micro-batch"], "micro-batch", 1) ?? 1,
        cpu: args.cpu === true,
      },
    });
    if (args.json) return printJson(result);
    print(`${result.rows} rows (${result.licences.join(", ")}) in ${result.out}:`);
    for (const file of result.files) print(`  ${file}`);
  },
});
