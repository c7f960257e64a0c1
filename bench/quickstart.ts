// Whether the quickstart gives what is promised of it, from an empty store: how long it takes, and again when all is cached (set-up
// apart, as a fresh clone pays for it once), what it gains, and whether training gives at least what the security prompt gives.
//   npm run verify -- quickstart
// Exit code 1, with what falls short, where it does not (support/quickstart-shortfalls.ts has the thresholds).
// Figures go to docs/results/quickstart.json. Set-up is that of a clone of HEAD in a temporary folder (npm's and pip's downloads included).
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Headline } from "../src/algorithms/headline.ts";
import { type QuickstartRecord, shortfalls } from "./support/quickstart-shortfalls.ts";
import { recordResult } from "./support/record-result.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "sectune-quickstart-"));
try {
  const clone = join(folder, "clone");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  const setUpSeconds = timed(() => npm(clone, "setup"));
  const first = quickstart(clone);
  const again = quickstart(clone);
  const figures: QuickstartRecord = {
    ...{ setUpSeconds, firstSeconds: first.seconds, againSeconds: again.seconds },
    ...first.headline,
  };
  const missed = shortfalls(figures);
  await recordResult("quickstart", "npm run verify -- quickstart", { ...figures, shortfalls: missed });
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  for (const shortfall of missed) process.stderr.write(`FAILED: ${shortfall}\n`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function quickstart(clone: string): { seconds: number; headline: Headline } {
  let output = "";
  const seconds = timed(() => {
    output = npm(clone, "quickstart", "--", "--json", "--progress", "none");
  });
  const { run, report, ...headline } = JSON.parse(output.trim().split("\n").at(-1)!) as Headline & {
    run: string;
    report: string;
  };
  return { seconds, headline };
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
