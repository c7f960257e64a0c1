import { offsetMap } from "../../algorithms/spans.ts";
import type { AnalysisOutcome, SourceFile } from "../../core/analyzer.ts";
import { byHalves } from "../../util/by-halves.ts";
import { JobPool } from "../../util/job-pool.ts";
import { type LanguageRules, type Mode, type RuleSet, rulesFor } from "./rule-set.ts";
import type { SearchData, SearchJob } from "./search-process.ts";
import type { Hit, TextHits } from "./search-text.ts";
import { parseSemgrepOutput, type SemgrepReport } from "./semgrep-output.ts";
import { fromHits, fromSemgrep, type Identity } from "./to-findings.ts";
import type { RunFailure, ToolBox } from "./tool-box.ts";

export interface DetectorOptions {
  readonly mode: Mode;
  readonly syntaxErrors: "failed" | "as-package";
  readonly fileTimeoutMs: number;
  readonly semgrepJobs: number;
  readonly identity: Identity;
  readonly onRefusedRules: (language: string, rules: readonly string[]) => void;
}

/** Files given to one semgrep process. */
const semgrepBatch = 400;
const semgrepBaseMs = 60_000;

/** Hits of one text, or why they are not known. */
type Searched = readonly Hit[] | RunFailure;

/** The package's `analyze`, for many files at a time. */
export class Detector {
  readonly #set: RuleSet;
  readonly #tools: ToolBox;
  readonly #options: DetectorOptions;
  /** An expression that backtracks for ever cannot be stopped in this process. */
  readonly #searches: JobPool<SearchJob, TextHits>;

  constructor(set: RuleSet, tools: ToolBox, options: DetectorOptions) {
    this.#set = set;
    this.#tools = tools;
    this.#options = options;
    const own = set.sets.filter(({ mode }) => mode === options.mode);
    const lists = own.flatMap(({ language, regex, prescan }) => [
      [`${language} regex`, regex.map((rule) => rule.regex)] as const,
      [`${language} prescan`, prescan.map((rule) => rule.regex)] as const,
    ]);
    const data: SearchData = { lists: Object.fromEntries(lists) };
    const file = new URL("./search-process.ts", import.meta.url);
    this.#searches = new JobPool({ file, data, processes: 1, jobTimeoutMs: options.fileTimeoutMs });
  }

  /** Outcomes of files of one language, in order. */
  async analyze(
    language: string,
    files: readonly SourceFile[],
    signal: AbortSignal,
  ): Promise<AnalysisOutcome[]> {
    const rules = rulesFor(this.#set, language, this.#options.mode);
    if (rules === undefined) {
      const message = `codeshield has no rules for ${language}`;
      return files.map(() => ({ outcome: "failed", reason: "unsupported-language", message }));
    }
    const texts = files.map(({ text }) => text);
    const searched = await this.#search(texts, rules, "regex", signal);
    const reports = new Map<number, SemgrepReport>();
    const wanted = await this.#wantsSemgrep(texts, rules, searched, signal);
    const scanned = await this.#semgrep(
      wanted.chosen.map((index) => texts[index]!),
      rules,
      signal,
    );
    for (const [place, index] of wanted.chosen.entries()) reports.set(index, scanned[place]!);
    return files.map((file, index) =>
      this.#conclude(file, rules, searched[index]!, wanted.unknown.get(index), reports.get(index)),
    );
  }

  close(): Promise<void> {
    return this.#searches.close();
  }

  /**
   * What was found is told, as the package does, even where another part failed: weak is weak. Silence counts only when every part
   * has spoken.
   */
  #conclude(
    file: SourceFile,
    rules: LanguageRules,
    searched: Searched,
    prescan: RunFailure | undefined,
    report: SemgrepReport | undefined,
  ): AnalysisOutcome {
    const { identity, syntaxErrors } = this.#options;
    const hits = "reason" in searched ? [] : searched;
    const findings = [
      ...fromHits(file, rules, hits, identity),
      ...fromSemgrep(file, report?.matches ?? [], identity),
    ].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
    const trouble = "reason" in searched ? searched : (prescan ?? report?.trouble);
    const asPackage =
      syntaxErrors === "as-package" && (trouble === undefined || trouble.reason === "unparsable");
    // A real parser that accepts the text does not settle it: semgrep still has not read all of it.
    const otherwise =
      trouble === undefined || asPackage ? undefined : ({ outcome: "failed", ...trouble } as const);
    // Without a word, semgrep reads on in some texts that are no Python.
    const unconfirmed = file.language === "python" && !asPackage ? ({ unconfirmed: true } as const) : {};
    if (findings.length > 0)
      return { outcome: "findings", findings, ...unconfirmed, ...(otherwise && { otherwise }) };
    return otherwise ?? { outcome: "clean", ...unconfirmed };
  }

  /** Which files semgrep has to read; in `codeshield` mode few. `unknown`: the gate itself could not be read. */
  async #wantsSemgrep(
    texts: readonly string[],
    rules: LanguageRules,
    searched: readonly Searched[],
    signal: AbortSignal,
  ): Promise<{ chosen: number[]; unknown: Map<number, RunFailure> }> {
    const unknown = new Map<number, RunFailure>();
    const all = [...texts.keys()];
    if (rules.semgrep === null) return { chosen: [], unknown };
    if (this.#options.mode === "cyberseceval") return { chosen: all, unknown };
    const silent = all.filter((index) => {
      const hits = searched[index]!;
      return "reason" in hits || hits.length === 0;
    });
    if (rules.prescan.length === 0) return { chosen: silent, unknown };
    const gates = await this.#search(
      silent.map((index) => texts[index]!),
      rules,
      "prescan",
      signal,
    );
    const chosen = silent.filter((index, place) => {
      const gate = gates[place]!;
      if ("reason" in gate) unknown.set(index, gate);
      return !("reason" in gate) && gate.length > 0;
    });
    return { chosen, unknown };
  }

  /** The regex step: in a process of ours where it is exact there, by the package for the rest. */
  async #search(
    texts: readonly string[],
    rules: LanguageRules,
    kind: "regex" | "prescan",
    signal: AbortSignal,
  ): Promise<Searched[]> {
    const list = `${rules.language} ${kind}`;
    const found = await Promise.all(texts.map((text) => this.#searches.run({ list, text })));
    signal.throwIfAborted();
    const searched = found.map(
      (done): Searched =>
        "answer" in done
          ? done.answer.hits
          : { reason: done.failure, message: `the search with expressions: ${done.message}` },
    );
    const open = found.flatMap((done, index) =>
      "answer" in done && done.answer.open.length > 0 ? [{ index, rules: done.answer.open }] : [],
    );
    const answers = await byHalves(
      open,
      (items) => this.#searchByPackage(items, texts, rules[kind], signal),
      (failure: RunFailure): Searched => failure,
    );
    for (const [place, { index }] of open.entries()) {
      const [own, answer] = [searched[index]!, answers[place]!];
      searched[index] = "reason" in own ? own : "reason" in answer ? answer : [...own, ...answer];
    }
    return searched;
  }

  async #searchByPackage(
    items: readonly { readonly index: number; readonly rules: readonly number[] }[],
    texts: readonly string[],
    rules: LanguageRules["regex"],
    signal: AbortSignal,
  ): Promise<{ results: Searched[] } | { failure: RunFailure }> {
    const requests = items.map((item) => ({
      text: texts[item.index]!,
      regexes: item.rules.map((rule) => [rule, rules[rule]!.regex] as const),
    }));
    const wallMs = Math.max(20_000, this.#options.fileTimeoutMs) + 100 * items.length;
    const answer = await this.#tools.search(requests, wallMs, signal);
    if ("failure" in answer) return answer;
    return {
      results: answer.results.map((hits, place) => {
        const map = offsetMap(requests[place]!.text);
        return hits.map(([rule, start, end]) => ({
          rule,
          start: map.toUtf16(start),
          end: map.toUtf16(end),
        }));
      }),
    };
  }

  async #semgrep(
    texts: readonly string[],
    rules: LanguageRules,
    signal: AbortSignal,
  ): Promise<SemgrepReport[]> {
    const { command } = this.#set;
    const jobs = `--jobs=${this.#options.semgrepJobs}`;
    const flags = command.slice(1, -1).filter((flag) => !flag.startsWith("--jobs"));
    const argv = [command[0]!, ...flags, jobs, "--config", rules.semgrep ?? "", "--project-root", "/"];
    const run = async (batch: readonly string[]) => {
      const files = batch.map((text, index) => ({ name: `${index}${rules.extension}`, text }));
      const wallMs = semgrepBaseMs + this.#options.fileTimeoutMs * Math.ceil(Math.sqrt(files.length));
      const result = await this.#tools.semgrep(argv, files, wallMs, signal);
      signal.throwIfAborted();
      if ("failure" in result) return result;
      const output = parseSemgrepOutput(result.value);
      if (output === null) {
        const message = `semgrep gave no complete answer: ${result.value.slice(0, 200)}`;
        return { failure: { reason: "crashed", message } satisfies RunFailure };
      }
      this.#options.onRefusedRules(rules.language, output.refusedRules);
      return {
        results: files.map(({ name }) => withoutPath(output.reportOf(`/box/${name}`), `/box/${name}:`)),
      };
    };
    const reports: SemgrepReport[] = [];
    for (let at = 0; at < texts.length; at += semgrepBatch) {
      const batch = texts.slice(at, at + semgrepBatch);
      const failed = (trouble: RunFailure): SemgrepReport => ({ matches: [], trouble });
      reports.push(...(await byHalves<string, SemgrepReport, RunFailure>(batch, run, failed)));
    }
    return reports;
  }
}

/** Messages name the file as the sandbox knows it, which differs from batch to batch. */
function withoutPath(report: SemgrepReport, path: string): SemgrepReport {
  const { matches, trouble } = report;
  if (trouble === undefined) return report;
  const message = trouble.message.replaceAll(path, "").replace(/\s+/g, " ").trim();
  return { matches, trouble: { ...trouble, message: message.slice(0, 300) } };
}
