import { cweEntry } from "./cwe/catalogue.ts";

/** Says that there is none, or takes back what it names: beside an id it makes a text ambiguous. */
const denial =
  /\b(none|neither|nor|not applicable|n\/a|no (\w+ ){0,2}(cwes?|weakness(es)?|vulnerabilit(y|ies)))\b|(\b(not|never|cannot)|n['’]t) (\w+ ){0,2}(exhibit|apply|carry|involve|contain|have|relevant|applicable)|^\s*\[\s*\]\s*$/i;

/**
 * CWE ids in a classifier's reply, normalised (`CWE-89`), each once, in order; `[]` when it says there are none; `null` when it says
 * neither, names an id that is no weakness, or both names and denies. Where the reply as a whole does both, its last line decides; what
 * stands before a last `Answer:` does not count. Takes `CWE-089`, `cwe_89` and `CWE 89`; a bare number is too ambiguous to take.
 */
export function parseCweList(reply: string): string[] | null {
  const answer = reply.split(/\banswer\s*(?:is)?\s*[:：]/i).at(-1)!;
  const whole = read(answer);
  if (whole !== "both") return whole;
  const last = read(answer.trim().split("\n").at(-1)!);
  return last === "both" ? null : last;
}

function read(text: string): string[] | null | "both" {
  const ids = [...text.matchAll(/\bcwe[-_ :]?0*(\d{1,4})\b/gi)].map((match) => `CWE-${match[1]}`);
  const denied = denial.test(text);
  if (ids.length === 0) return denied ? [] : null;
  if (denied) return "both";
  return ids.every((id) => cweEntry(id) !== undefined) ? [...new Set(ids)] : null;
}
