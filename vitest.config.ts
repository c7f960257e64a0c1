import { defineConfig } from "vitest/config";

const attacks = "test/attacks/**/*.test.ts";

export default defineConfig({
  test: {
    exclude: ["**/node_modules/**"],
    testTimeout: 30_000,
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: "tests", include: ["src/**/*.test.ts", "test/**/*.test.ts"], exclude: [attacks] },
      },
      // After all others and one file at a time: these measure limits, and the suite's own load is no part of an attack.
      {
        extends: true,
        test: { name: "attacks", include: [attacks], fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
