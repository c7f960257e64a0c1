/** The file of a process of ours, as it is named in the source. Compiled, it ends in `.js`: the compiler rewrites imports but not this. */
export function programFile(source: URL): URL {
  return import.meta.url.endsWith(".ts") ? source : new URL(source.href.replace(/ts$/, "js"));
}
