import { readFileSync } from "node:fs";
import { z } from "zod";
import { readSarif } from "../../algorithms/sarif/read-sarif.ts";
import type { SourceFile } from "../../core/analyzer.ts";
import { AppError, messageOf } from "../../core/error.ts";
import type { FileReport } from "./run-tool.ts";

const ArtifactsSchema = z.looseObject({
  runs: z.array(
    z.looseObject({
      artifacts: z
        .array(z.looseObject({ location: z.looseObject({ uri: z.string().optional() }).optional() }))
        .optional(),
    }),
  ),
});

/**
 * What a finished SARIF report says of files, by path. A file that neither a result nor the list of artifacts names was perhaps never
 * looked at: it is failed, unless `complete` says that the report covers every file. Throws AppError `data-invalid`.
 */
export function readReport(path: string, complete: boolean): (file: SourceFile) => FileReport {
  let log: unknown;
  let artifacts: Set<string>;
  try {
    log = JSON.parse(readFileSync(path, "utf8"));
    readSarif(log, () => undefined);
    artifacts = new Set(
      ArtifactsSchema.parse(log).runs.flatMap((run) =>
        (run.artifacts ?? []).flatMap(({ location }) =>
          location?.uri === undefined ? [] : [plain(location.uri)],
        ),
      ),
    );
  } catch (error) {
    throw new AppError("data-invalid", `${path} is no SARIF 2.1.0 report: ${messageOf(error)}`, {
      boundary: "analyzer",
      cause: error,
    });
  }
  return ({ path: file, text }) => {
    const isFile = (other: string) => plain(other) === plain(file);
    const runs = readSarif(log, (other) => (isFile(other) ? text : undefined));
    const findings = runs.flatMap((run) => run.findings).filter(({ span }) => isFile(span.file));
    const own = findings.map((one) => ({ ...one, span: { ...one.span, file } }));
    if (runs.some(({ successful }) => !successful))
      return {
        findings: own,
        trouble: { reason: "crashed", message: "the report's tool did not run to its end" },
      };
    if (complete || own.length > 0 || [...artifacts].some(isFile)) return { findings: own };
    const message =
      "the report does not say that this file was looked at (`complete: true` if it covers all)";
    return { findings: own, trouble: { reason: "crashed", message } };
  };
}

function plain(path: string): string {
  const decoded = path.replace(/^file:\/\//, "");
  try {
    return decodeURIComponent(decoded).replace(/^\.\//, "");
  } catch {
    return decoded;
  }
}
