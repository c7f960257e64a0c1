import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..", "..");

/** Writes a generated file, or with `--check` on the command line compares it and sets exit code 1 on drift. */
export async function writeOrCheck(path: string, text: string): Promise<void> {
  const file = join(root, path);
  const present = await readFile(file, "utf8").catch(() => null);
  if (present === text) return;
  if (process.argv.includes("--check")) {
    process.stderr.write(
      `${path} is not what its generator makes: run \`npm run generate\` and commit it.\n`,
    );
    process.exitCode = 1;
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  process.stderr.write(`${path} written\n`);
}
