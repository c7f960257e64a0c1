/**
 * Ways from an answer's code to the runner's frames and objects. Nothing honest needs one of them, and an answer could use
 * one without an event that the runner's audit hook sees. What the hook sees, what the process boundary keeps out and what
 * only harms the answer itself (ending or multiplying the process, signals, `/proc`) is not listed: honest code says such
 * names too. `cell_contents` is also what honest code calls a cell of a table.
 */
const FORBIDDEN =
  /\b(?:f_back|f_locals|f_globals|f_builtins|tb_frame|gi_frame|cr_frame|ag_frame|__closure__)\b|(?<=\.\s*)cell_contents\b|\bcase\b[^:]*\bcell_contents\s*=/;

/** Strings and comments, which are no code. A string that is not closed ends with its line. */
const NO_CODE =
  /"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|#[^\n]*/g;

/** The first forbidden name in the answer's code, or null. */
export function findTampering(code: string): string | null {
  return FORBIDDEN.exec(code.replace(NO_CODE, '""'))?.[0] ?? null;
}
