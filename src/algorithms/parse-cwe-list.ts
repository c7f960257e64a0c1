/**
 * CWE ids in a classifier's reply, normalised (`CWE-89`), each once, in order; `[]` when it says there are none;
 * `null` when it says neither. Takes `CWE-089`, `cwe_89` and `CWE 89`; a bare number is too ambiguous to take.
 */
export function parseCweList(reply: string): string[] | null {
  const ids = [...reply.matchAll(/\bcwe[-_ :]?0*(\d{1,4})\b/gi)].map((match) => `CWE-${match[1]}`);
  if (ids.length > 0) return [...new Set(ids)];
  return /\b(none|no (relevant |applicable )?(cwes?|weakness(es)?)|not applicable|n\/a)\b|^\s*\[\s*\]\s*$/i.test(
    reply,
  )
    ? []
    : null;
}
