/** What is called: the whole name (`self.cursor.execute`) and its last segment (`execute`). */
export interface CalledName {
  readonly name: string;
  readonly last: string;
}

/** Whether a call's name is one of a list of globs: `*` is any text, `{a,b}` one of several. */
export interface NameMatcher {
  matches(called: CalledName): boolean;
  /** Last segments that can match; undefined when a glob ends in `*` and any can. */
  readonly lastSegments: readonly string[] | undefined;
}

export function nameMatcher(globs: readonly string[]): NameMatcher {
  const expanded = globs.flatMap(expandBraces);
  const exact = new Set(expanded.filter((glob) => !glob.includes("*")));
  const starred = expanded.filter((glob) => glob.includes("*"));
  // Most names are told apart by their last segment alone.
  const byLast = Map.groupBy(starred, (glob) => (lastSegment(glob).includes("*") ? "*" : lastSegment(glob)));
  const patterns = new Map([...byLast].map(([last, of]) => [last, anyOf(of)]));
  const open = patterns.get("*");
  return {
    matches: ({ name, last }) =>
      exact.has(name) || (patterns.get(last)?.test(name) ?? false) || (open?.test(name) ?? false),
    lastSegments: open === undefined ? [...new Set(expanded.map(lastSegment))] : undefined,
  };
}

/** `execute` of `self.cursor.execute`. */
export function lastSegment(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(" "), name.lastIndexOf(":")) + 1);
}

function anyOf(globs: readonly string[]): RegExp {
  const sources = globs.map((glob) => glob.split("*").map(RegExp.escape).join(".*"));
  return new RegExp(`^(?:${sources.join("|")})$`, "s");
}

function expandBraces(glob: string): string[] {
  const [, head, choices, tail] = /^([^{]*)\{([^}]*)\}(.*)$/s.exec(glob) ?? [];
  if (choices === undefined) return [glob];
  return choices.split(",").flatMap((choice) => expandBraces(`${head}${choice}${tail}`));
}
