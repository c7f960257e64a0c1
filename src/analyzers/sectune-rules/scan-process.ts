import { grammarOf } from "../../algorithms/syntax/grammars.ts";
import type { AnalysisOutcome, SourceFile } from "../../core/analyzer.ts";
import { serveJobs } from "../../util/serve-jobs.ts";
import { compileRules } from "./compile-rules.ts";
import type { RuleFolder } from "./load-rules.ts";
import { type Identity, scanText } from "./scan-text.ts";

/** What a scanning process is started with. */
export interface ScanData {
  readonly folders: readonly RuleFolder[];
  readonly wanted: readonly string[];
  readonly identity: Identity;
}

serveJobs<ScanData, SourceFile, AnalysisOutcome>(({ folders, wanted, identity }, begin) => {
  const ids = new Set(wanted);
  const rules = compileRules(folders, (id) => ids.has(id));
  const loaded = new Set<string>();
  return (file) => {
    if (!loaded.has(file.language)) {
      grammarOf(file.language);
      loaded.add(file.language);
      begin();
    }
    return scanText(file, rules.get(file.language)!, identity);
  };
});
