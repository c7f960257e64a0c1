/** The file of a worker thread or a helper process, as it is named in the source. Compiled, it ends in `.js`: the compiler rewrites imports but not this. */
export function threadFile(source: URL): URL {
  return import.meta.url.endsWith(".ts") ? source : new URL(source.href.replace(/ts$/, "js"));
}
