import { readFile } from "node:fs/promises";
import type { Counts } from "./check.ts";

/** Counts of pytest's JUnit XML, from the attributes of its `testsuite` element. Errors count as failures. */
export async function readPytestReport(path: string): Promise<Counts | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  const suite = text === null ? null : /<testsuite\s[^>]*>/.exec(text)?.[0];
  if (!suite) return null;
  const tests = attribute(suite, "tests");
  const failed = attribute(suite, "failures") + attribute(suite, "errors");
  const skipped = attribute(suite, "skipped");
  return { passed: tests - failed - skipped, failed, note: skipped > 0 ? `${skipped} skipped` : undefined };
}

function attribute(element: string, name: string): number {
  const value = new RegExp(`\\s${name}="(\\d+)"`).exec(element)?.[1];
  if (value === undefined) throw new Error(`pytest's report has no ${name}: ${element}`);
  return Number(value);
}
