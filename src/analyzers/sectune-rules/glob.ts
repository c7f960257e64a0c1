/** Whether a call's name is one of a list of globs: `*` is any text, `{a,b}` one of several. */
export interface NameMatcher {
  matches(name: string): boolean;
  /** Last segments that can match; undefined when a glob ends in `*` and any can. */
  readonly lastSegments: readonly string[] | undefined;
}

export function nameMatcher(globs: readonly string[]): NameMatcher {
  const expanded = globs.flatMap(expandBraces);
  const exact = new Set(expanded.filter((glob) => !glob.includes("*")));
  const open = expanded.filter((glob) => glob.includes("*"));
  const patterns = open.map(
    (glob) =>
      new RegExp(
        `^${glob
          .split("*")
          .map((text) => RegExp.escape(text))
          .join(".*")}$`,
        "s",
      ),
  );
  const segments = expanded.map(lastSegment);
  return {
    matches: (name) => exact.has(name) || patterns.some((pattern) => pattern.test(name)),
    lastSegments: segments.some((segment) => segment.includes("*")) ? undefined : [...new Set(segments)],
  };
}

/** `execute` of `self.cursor.execute`. */
export function lastSegment(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(" "), name.lastIndexOf(":")) + 1);
}

function expandBraces(glob: string): string[] {
  const [, head, choices, tail] = /^([^{]*)\{([^}]*)\}(.*)$/s.exec(glob) ?? [];
  if (choices === undefined) return [glob];
  return choices.split(",").flatMap((choice) => expandBraces(`${head}${choice}${tail}`));
}
