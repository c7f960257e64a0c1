import { isAbsolute, posix, relative, resolve } from "node:path";

/** How the paths of a report and those of scanned files become one spelling. */
export interface ReportPaths {
  ofReport(path: string): string;
  ofFile(path: string): string;
}

/**
 * Paths are compared as absolute ones: relative ones stand in the current folder. `root` is what the report calls that folder (a
 * checkout elsewhere); parts of a path alone never match, for `lib/a.py` is not `a.py`.
 */
export function reportPaths(root?: string): ReportPaths {
  const elsewhere = root === undefined ? undefined : posix.normalize(`${plain(root)}/`);
  return {
    ofReport: (path) => {
      const own = posix.normalize(plain(path));
      return elsewhere !== undefined && own.startsWith(elsewhere)
        ? resolve(relative(elsewhere, own))
        : resolve(own);
    },
    ofFile: (path) => (isAbsolute(path) ? posix.normalize(path) : resolve(path)),
  };
}

/** Windows' separators, and its drives as URIs have them (`/C:/…`). */
function plain(path: string): string {
  const slashed = path.replace(/^file:(\/\/)?(?=\/)/i, "").replaceAll("\\", "/");
  return slashed.replace(/^\/(?=[A-Za-z]:\/)/, "");
}
