/** What stands for the places of a description's arguments. */
export interface Places {
  /** Name → value; values may hold places themselves. */
  readonly values: Readonly<Record<string, string>>;
  /** `{files}`, an argument of its own, becomes as many. */
  readonly files: readonly string[];
}

/**
 * Arguments with their places filled in. A place that nobody knows stays as it is: `{cwe}` means something to cppcheck. One that
 * stands alone and is empty gives no argument.
 */
export function fillIn(argv: readonly string[], { values, files }: Places): string[] {
  return argv.flatMap((argument) => {
    if (argument === "{files}") return files;
    const filled = fill(argument, values);
    return filled === "" && argument !== "" ? [] : [filled];
  });
}

export function fill(text: string, values: Readonly<Record<string, string>>): string {
  const once = (one: string) =>
    one.replace(/\{(\w+)\}/g, (place, name: string) => (Object.hasOwn(values, name) ? values[name]! : place));
  return once(once(text));
}
