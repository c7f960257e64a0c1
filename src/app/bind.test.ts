import { expect, test, vi } from "vitest";
import { z } from "zod";
import type { Adapter, Services } from "../core/adapter.ts";
import type { Analyzer, AnalyzerAvailability } from "../core/analyzer.ts";
import { bindingIdentity } from "../engine/binding.ts";
import { RegistryPool } from "./adapter-pool.ts";
import { bind, requireAvailable } from "./bind.ts";
import type { Checkpoints } from "./checkpoints.ts";

let adapter: Adapter<Analyzer, { jobs?: number }>;
vi.mock("./registry.ts", () => ({ findAdapter: async () => adapter }));

const services = {} as Services;

async function bound(says: AnalyzerAvailability, fingerprint?: string, config: Record<string, number> = {}) {
  adapter = {
    ...{ name: "fake", version: "3", summary: "", config: z.looseObject({}), transport: ["jobs"] },
    ...(fingerprint !== undefined && { fingerprint: async () => fingerprint }),
    create: () => ({ languages: [], probe: async () => says, analyze: async () => [] }),
  };
  const pool = new RegistryPool(services);
  const context = { services, pool, checkpoints: {} as Checkpoints };
  return { binding: await bind("analyzer", { adapter: "fake", config }, context), pool };
}

test("an analyzer is bound with the versions of adapter, tool and rules: one that changes is another identity", async () => {
  const { binding } = await bound({ available: true, version: "1.2", rulesVersion: "rules 7" });
  expect(binding.version).toBe("3+1.2+rules 7");
  const other = await bound({ available: true, version: "1.2", rulesVersion: "rules 8" });
  expect(bindingIdentity(other.binding)).not.toBe(bindingIdentity(binding));
  expect((await bound({ available: true, version: "1.2" }, "f00d")).binding.version).toBe("3+f00d");
});

test("how many jobs run at once is no identity", async () => {
  const says = { available: true, version: "1" };
  const [one, two] = [await bound(says), await bound(says, undefined, { jobs: 2 })];
  expect(two.binding.transport).toEqual({ jobs: 2 });
  expect(bindingIdentity(two.binding)).toBe(bindingIdentity(one.binding));
});

test("an analyzer whose tool is missing is a missing prerequisite with its install line", async () => {
  const { binding, pool } = await bound({ available: false, reason: "no tool", hint: "npm run setup:tools" });
  await expect(requireAvailable(binding, { services, pool })).rejects.toMatchObject({
    ...{ code: "prerequisite-missing", hint: "npm run setup:tools" },
    message: expect.stringContaining("no tool"),
  });
});
