import { defineCommand } from "citty";
import { configJsonSchema } from "../../app/config-json-schema.ts";
import { print } from "../output.ts";

export const command = defineCommand({
  meta: { name: "config", description: "What recipe files may hold." },
  subCommands: {
    schema: defineCommand({
      meta: {
        name: "schema",
        description:
          "Print the JSON Schema of recipe files, for editors (published as schema/recipe.schema.json).",
      },
      args: { json: { type: "boolean", description: "in one line" } },
      run: async ({ args }) => print(JSON.stringify(await configJsonSchema(), null, args.json ? 0 : 2)),
    }),
  },
});
