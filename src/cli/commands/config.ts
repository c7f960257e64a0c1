import { defineCommand } from "citty";
import { configJsonSchema } from "../../app/config-json-schema.ts";
import { scanJsonSchema } from "../../app/scan-json-schema.ts";
import { usage } from "../arguments.ts";
import { print } from "../output.ts";

const schemas = { recipe: configJsonSchema, scan: scanJsonSchema };

export const command = defineCommand({
  meta: { name: "config", description: "What recipe files, and files for scan --config, may hold." },
  subCommands: {
    schema: defineCommand({
      meta: {
        name: "schema",
        description: "Print a JSON Schema for editors (published as schema/*.schema.json).",
      },
      args: {
        for: { type: "string", default: "recipe", valueHint: "KIND", description: "recipe or scan" },
        json: { type: "boolean", description: "in one line" },
      },
      run: async ({ args }) => {
        if (!Object.hasOwn(schemas, args.for)) {
          throw usage(`--for ${args.for}: expected recipe or scan`, "sectune config schema");
        }
        const schema = await schemas[args.for as keyof typeof schemas]();
        print(JSON.stringify(schema, null, args.json ? 0 : 2));
      },
    }),
  },
});
