// npm run build: src/ → dist/ for the npm package: JavaScript, declarations, and the files that code reads beside itself.
import { spawnSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { root, tool } from "./check/command.ts";

const src = join(root, "src");
const dist = join(root, "dist");

await rm(dist, { recursive: true, force: true });
const { file, argv } = tool("tsc", "-p", "tsconfig.build.json");
const { status } = spawnSync(file, argv, { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
await cp(src, dist, { recursive: true, filter: (path) => !path.endsWith(".ts") });
