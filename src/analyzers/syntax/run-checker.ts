import type { AnalysisOutcome, FailedAnalysis, SourceFile } from "../../core/analyzer.ts";
import { messageOf } from "../../core/error.ts";
import type { ExecResult, Sandbox } from "../../core/sandbox.ts";
import type { Checker, SyntaxWord } from "./checker.ts";

/** The word on each file, or how asking failed. */
export type CheckedFile = SyntaxWord | FailedAnalysis;

const startMs = 30_000;
const perFileMs = 500;
/** Files given to one process. */
const batchSize = 128;

/**
 * Asks a checker about files of one language. A file at which the process ends is asked about once more by itself: those before it may
 * have used up the time. If it ends there too, that is the file's own failure; the rest is asked about anew.
 */
export async function runChecker(
  checker: Checker,
  language: string,
  files: readonly SourceFile[],
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<CheckedFile[]> {
  const answers: CheckedFile[] = [];
  let together = batchSize;
  while (answers.length < files.length) {
    signal.throwIfAborted();
    const batch = files.slice(answers.length, answers.length + together);
    const { words, result } = await ask(checker, language, batch, sandbox, signal);
    answers.push(...words);
    const ended = words.length < batch.length;
    if (ended && batch.length === 1) answers.push(failure(checker, result));
    together = ended && batch.length > 1 ? 1 : batchSize;
  }
  return answers;
}

/** How a word becomes an outcome; `unsure` has none where somebody else may speak (`fallback`), else it is no `clean`. */
export function outcomeOf(word: CheckedFile, tool: string, fallback: boolean): AnalysisOutcome | null {
  if ("outcome" in word) return word;
  if (word.word === "valid") return { outcome: "clean" };
  if (word.word === "unsure" && fallback) return null;
  return { outcome: "failed", reason: "unparsable", message: `${word.message} (${tool})` };
}

async function ask(
  checker: Checker,
  language: string,
  batch: readonly SourceFile[],
  sandbox: Sandbox,
  signal: AbortSignal,
) {
  const wallMs = startMs + perFileMs * batch.length;
  await using session = await sandbox.open({
    limits: { wallMs, cpuSeconds: Math.ceil(wallMs / 1000) },
    readOnly: checker.readOnly,
  });
  for (const [name, text] of Object.entries(checker.files)) await session.put(name, text);
  const textFor = (file: SourceFile) => checker.textFor?.(file) ?? file.text;
  const stdin = batch.map((file) => `${Buffer.from(textFor(file), "utf8").toString("base64")}\n`).join("");
  const result = await session.exec({ argv: checker.argv(language), stdin, signal });
  const words: CheckedFile[] = [];
  const lines = Buffer.from(result.stdout).toString().split("\n").slice(0, -1);
  for (const line of lines.slice(0, batch.length)) {
    const file = batch[words.length]!;
    try {
      words.push(checker.read(line, file));
    } catch (error) {
      words.push({ outcome: "failed", reason: "crashed", message: `${checker.tool}: ${messageOf(error)}` });
    }
  }
  return { words, result };
}

function failure({ tool }: Checker, result: ExecResult): FailedAnalysis {
  if (result.timedOut) return { outcome: "failed", reason: "timed-out", message: `${tool} took too long` };
  const how = result.outOfMemory ? "ran out of memory" : `ended with ${result.signal ?? result.exitCode}`;
  const said = Buffer.from(result.stderr).toString().trim().slice(-200);
  return { outcome: "failed", reason: "crashed", message: `${tool} ${how}${said === "" ? "" : `: ${said}`}` };
}
