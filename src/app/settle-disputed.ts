import { needsParser, settleSyntax } from "../algorithms/settle-syntax.ts";
import type { OperationContext } from "../core/adapter.ts";
import type { AnalysisOutcome, Analyzer, SourceFile } from "../core/analyzer.ts";

/**
 * Has the languages' own parsers read the files of which an analyzer's word rests on a parser that is not the language's, and puts
 * their word into `all` (a list per analyzer). `parser` is opened when it is needed; null where none can run.
 */
export async function settleDisputed(
  files: readonly SourceFile[],
  all: readonly AnalysisOutcome[][],
  parser: () => Promise<Analyzer | null>,
  context: OperationContext,
): Promise<void> {
  const disputed = files.flatMap((file, index) =>
    all.some((outcomes) => needsParser(outcomes[index]!)) ? [{ file, index }] : [],
  );
  if (disputed.length === 0) return;
  const opened = await parser();
  if (opened === null) return;
  const words = await opened.analyze(
    disputed.map(({ file }) => file),
    context,
  );
  for (const [place, { index }] of disputed.entries())
    for (const outcomes of all) outcomes[index] = settleSyntax(outcomes[index]!, words[place]!);
}
