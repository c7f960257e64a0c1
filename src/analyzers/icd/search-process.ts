import { serveJobs } from "../../util/serve-jobs.ts";
import { compileSearch, type TextHits } from "./search-text.ts";

/** Lists of expressions by key; compiled when first asked for. */
export interface SearchData {
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

export interface SearchJob {
  readonly list: string;
  readonly text: string;
}

serveJobs<SearchData, SearchJob, TextHits>(({ lists }, begin) => {
  const compiled = new Map<string, (text: string) => TextHits>();
  return ({ list, text }) => {
    let search = compiled.get(list);
    if (search === undefined) {
      search = compileSearch(lists[list]!);
      compiled.set(list, search);
      begin();
    }
    return search(text);
  };
});
