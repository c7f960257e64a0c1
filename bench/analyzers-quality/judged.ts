import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { seededRandom } from "../../src/algorithms/statistics/random.ts";
import type { SourceFile } from "../../src/core/analyzer.ts";
import type { Verdict } from "./sample.ts";

/**
 * What a person said of a finding in ordinary code. `weak`: the code has that weakness; `intended`: it does what the finding says, and
 * that is what it is for (a debugger that evaluates expressions); `wrong`: what the finding says is not so.
 */
const JudgementSchema = z.strictObject({
  /** `path:line rule`. */
  finding: z.string(),
  verdict: z.enum(["weak", "intended", "wrong"]),
});
const FileSchema = z.record(z.string(), z.record(z.string(), z.array(JudgementSchema)));

/** A finding as people find it again. */
export interface Place {
  readonly finding: string;
  readonly path: string;
  readonly line: number;
}

/** Ours is looked at harder. */
const sampleSize = (tool: string) => (tool === "sectune-rules" ? 60 : 30);

/** A seeded sample of a tool's findings, all of them where there are no more. */
export function drawFindings(
  files: readonly SourceFile[],
  verdicts: readonly Verdict[],
  language: string,
  tool: string,
): Place[] {
  const all = files.flatMap(({ path, text }, index): Place[] => {
    const verdict = verdicts[index]!;
    if ("failed" in verdict) return [];
    return verdict.findings.map(({ rule, span }) => {
      const line = text.slice(0, span.start).split("\n").length;
      return { finding: `${path}:${line} ${rule.slice(rule.lastIndexOf(".") + 1)}`, path, line };
    });
  });
  const random = seededRandom(`${language} ${tool}`);
  for (let last = all.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [all[last], all[other]] = [all[other]!, all[last]!];
  }
  return all.slice(0, sampleSize(tool));
}

/** How many of a sample were judged to be what, from `judged.yaml`, and what is left to look at; undefined where nobody looked at that tool and language. */
export function judgedShares(language: string, tool: string, sample: readonly Place[]) {
  const file = FileSchema.parse(parse(readFileSync(new URL("judged.yaml", import.meta.url), "utf8")));
  const known = file[language]?.[tool];
  if (known === undefined) return undefined;
  const byFinding = new Map(known.map(({ finding, verdict }) => [finding, verdict]));
  const verdicts = sample.map(({ finding }) => byFinding.get(finding));
  const count = (wanted: string) => verdicts.filter((verdict) => verdict === wanted).length;
  return {
    drawn: sample.length,
    weak: count("weak"),
    intended: count("intended"),
    wrong: count("wrong"),
    notLookedAt: sample.map(({ finding }) => finding).filter((finding) => !byFinding.has(finding)),
  };
}
