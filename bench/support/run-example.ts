import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

interface Finished {
  /** Id of the run. */
  readonly run: string;
  /** Path of its page. */
  readonly report: string;
}

/** Runs `examples/NAME.yaml` with `--set` for each of the settings. What stops the measurement stops the run, which goes on next time. */
export async function runExample(
  name: string,
  settings: readonly string[],
  store: string,
): Promise<Finished> {
  const flags = [...settings.flatMap((setting) => ["--set", setting]), "--store", store, "--json"];
  const child = spawn(process.execPath, ["src/cli/main.ts", "run", `examples/${name}.yaml`, ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // A terminal sends its interrupt to the run as well; twice would mean "now".
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`the run of ${name} ended with ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1)!);
}
