import { expect, it } from "vitest";
import type { Services } from "../../src/core/adapter.ts";
import { sandbox as bubblewrap } from "../../src/sandboxes/bubblewrap/index.ts";
import { leaked, runMany } from "./leaks.ts";

it.each(["auto", "off"] as const)(
  "200 parallel runs leave no process, mount, descriptor or cgroup (cgroups: %s)",
  async (cgroups) => {
    const sandbox = await bubblewrap.create(bubblewrap.config.parse({ cgroups }), {} as Services);
    const { before, after } = await runMany(sandbox, 200);
    expect(leaked(before, after), JSON.stringify({ before, after })).toEqual([]);
  },
  120_000,
);
