import type { Finding } from "../../src/core/finding.ts";
import { flagged, type Sample, type Verdict } from "./sample.ts";
import type { Tool } from "./tools.ts";

/** What each tool, and each stricter reading of one, said of the files whose language it reads; by the tool's name. */
export type Verdicts = ReadonlyMap<string, readonly Verdict[]>;

/** Runs the tools over files of one language, one tool after the other; tools that do not read the language are left out. */
export async function runTools(
  tools: readonly Tool[],
  files: readonly Parameters<Tool["analyze"]>[0][number][],
) {
  const verdicts = new Map<string, readonly Verdict[]>();
  for (const { name, languages, analyze, strict } of tools) {
    if (!files.every(({ language }) => languages.includes(language))) continue;
    process.stderr.write(`${name}: ${files.length} texts of ${files[0]?.language}\n`);
    const told = await analyze(files);
    verdicts.set(name, told);
    if (strict !== undefined)
      verdicts.set(
        strict.name,
        told.map((verdict) => filtered(verdict, strict.keeps)),
      );
  }
  return verdicts;
}

function filtered(verdict: Verdict, keeps: (finding: Finding) => boolean): Verdict {
  return "failed" in verdict ? verdict : { findings: verdict.findings.filter(keeps) };
}

/** Hits and counts of a tool by cluster: of tinytasks, which families it finds and which it accuses. */
export function byCluster(samples: readonly Sample[], verdicts: readonly Verdict[]) {
  const clusters = Map.groupBy(samples.keys(), (index) => samples[index]!.cluster);
  return [...clusters].map(([cluster, indexes]) => {
    const count = (weak: boolean) => {
      const own = indexes.filter((index) => samples[index]!.weak === weak);
      return [own.filter((index) => flagged(verdicts[index]!)).length, own.length];
    };
    const { cwe } = samples[indexes[0]!]!;
    return { cluster, cwe, weakFound: count(true), otherAccused: count(false) };
  });
}
