import { parentPort, workerData } from "node:worker_threads";
import { compileSearch, type TextHits } from "./search-text.ts";

/** Lists of expressions by key; compiled when first asked for. */
export interface SearchThreadData {
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

export interface SearchJob {
  readonly ticket: number;
  readonly list: string;
  readonly text: string;
}

const { lists } = workerData as SearchThreadData;
const compiled = new Map<string, (text: string) => TextHits>();

parentPort!.on("message", (jobs: readonly SearchJob[]) => {
  for (const { ticket, list, text } of jobs) {
    let search = compiled.get(list);
    if (search === undefined) {
      search = compileSearch(lists[list]!);
      compiled.set(list, search);
    }
    parentPort!.postMessage({ ticket, hits: search(text) });
  }
});
