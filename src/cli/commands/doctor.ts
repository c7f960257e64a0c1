import { defineCommand } from "citty";
import { type Component, examine } from "../../app/doctor.ts";
import { storeRoot } from "../../app/store-root.ts";
import { exitCodes } from "../exit-code.ts";
import { print, printJson } from "../output.ts";
import { table } from "../table.ts";

const words = { ok: "ok", missing: "MISSING", optional: "absent" } as const;

export const command = defineCommand({
  meta: {
    name: "doctor",
    description:
      "Every component: present, version, or the command that installs it. Exit code 3 if something is missing that the " +
      "embedded default (quickstart) needs.",
  },
  args: {
    store: { type: "string", valueHint: "DIR", description: "store; default: SECTUNE_HOME, ./.sectune" },
    json: { type: "boolean", description: "one JSON line on stdout instead of a table" },
  },
  run: async ({ args }) => {
    const components = await examine(storeRoot({}, args.store));
    const missing = components.filter(({ state }) => state === "missing");
    if (args.json) printJson({ ready: missing.length === 0, components });
    else show(components, missing);
    return missing.length === 0 ? exitCodes.done : exitCodes.prerequisite;
  },
});

function show(components: readonly Component[], missing: readonly Component[]): void {
  const rows = components.map(({ group, name, state, version, detail }) => [
    words[state],
    group,
    name,
    [version ?? "", detail ?? ""].filter((part) => part !== "").join("  "),
  ]);
  print(table(rows));
  const hints = components.filter(({ state, hint }) => state !== "ok" && hint !== undefined);
  for (const { group, name, hint } of hints) print(`\nto get ${group} ${name}:\n  ${hint}`);
  print(
    missing.length === 0 ? "\neverything the embedded default needs is here" : `\n${missing.length} missing`,
  );
}
