// How long the quickstart takes from an empty store, and again when all is cached; set-up apart, as a fresh clone pays for it once.
//   npm run verify -- quickstart
// Figures go to docs/results/quickstart.json. Set-up is that of a clone of HEAD in a temporary folder (npm's and pip's downloads included).
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { recordResult } from "./support/record-result.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "sectune-quickstart-"));
try {
  const clone = join(folder, "clone");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const setUpSeconds = timed(() => npm(clone, "setup"));
  const first = quickstart(clone);
  const again = quickstart(clone);
  const { before, after } = first;
  const figures = { setUpSeconds, firstSeconds: first.seconds, againSeconds: again.seconds, before, after };
  await recordResult("quickstart", "npm run verify -- quickstart", figures);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function quickstart(clone: string): { seconds: number; before: object; after: object } {
  let output = "";
  const seconds = timed(() => {
    output = npm(clone, "quickstart", "--", "--json", "--progress", "none");
  });
  const { before, after } = JSON.parse(output.trim().split("\n").at(-1)!) as {
    before: object;
    after: object;
  };
  return { seconds, before, after };
}

/** Seconds, to a tenth. */
function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return Math.round((performance.now() - startedAt) / 100) / 10;
}

function npm(cwd: string, ...argv: string[]): string {
  // As a newcomer has it: no settings of SecTune, none of this checkout's compiled code, its Node not first on PATH.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SECTUNE_|NODE_COMPILE_CACHE$)/.test(name)),
  );
  env.PATH = env.PATH?.split(delimiter).slice(1).join(delimiter);
  return execFileSync("npm", ["run", "--silent", ...argv], {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
}
