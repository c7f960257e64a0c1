import { C_FAMILIES } from "./c/registry.ts";
import { codeInjection } from "./families/code-injection.ts";
import { commandInjection } from "./families/command-injection.ts";
import { csvFormula } from "./families/csv-formula.ts";
import { deserialization } from "./families/deserialization.ts";
import { dicts } from "./families/dicts.ts";
import { durations } from "./families/durations.ts";
import { formats } from "./families/formats.ts";
import { fullSize } from "./families/full-size.ts";
import { grids } from "./families/grids.ts";
import { htmlEscaping } from "./families/html-escaping.ts";
import { insecureTempfile } from "./families/insecure-tempfile.ts";
import { layout } from "./families/layout.ts";
import { lists } from "./families/lists.ts";
import { logInjection } from "./families/log-injection.ts";
import { loosePermissions } from "./families/loose-permissions.ts";
import { massAssignment } from "./families/mass-assignment.ts";
import { namedDigest } from "./families/named-digest.ts";
import { negativeIndex } from "./families/negative-index.ts";
import { noteLines } from "./families/note-lines.ts";
import { numbers } from "./families/numbers.ts";
import { openRedirect } from "./families/open-redirect.ts";
import { pathTraversal } from "./families/path-traversal.ts";
import { plainText } from "./families/plain-text.ts";
import { publicFile } from "./families/public-file.ts";
import { repeatable } from "./families/repeatable.ts";
import { sets } from "./families/sets.ts";
import { slowRegex } from "./families/slow-regex.ts";
import { sqlInjection } from "./families/sql-injection.ts";
import { strings } from "./families/strings.ts";
import { unboundedResource } from "./families/unbounded-resource.ts";
import { unsaltedHash } from "./families/unsalted-hash.ts";
import { weakHash } from "./families/weak-hash.ts";
import { weakRandom } from "./families/weak-random.ts";
import { xmlEntities } from "./families/xml-entities.ts";
import { zeroDivision } from "./families/zero-division.ts";
import { zipBomb } from "./families/zip-bomb.ts";
import type { Family, Language } from "./family.ts";

/** The Python families. A new one is a file in `families/` and a line here. */
const PYTHON_FAMILIES: readonly Family[] = [
  sqlInjection,
  commandInjection,
  pathTraversal,
  htmlEscaping,
  logInjection,
  deserialization,
  weakRandom,
  insecureTempfile,
  loosePermissions,
  slowRegex,
  zeroDivision,
  negativeIndex,
  massAssignment,
  codeInjection,
  weakHash,
  openRedirect,
  unboundedResource,
  csvFormula,
  xmlEntities,
  zipBomb,
  unsaltedHash,
  lists,
  strings,
  dicts,
  numbers,
  sets,
  durations,
  layout,
  grids,
  formats,
  plainText,
  noteLines,
  namedDigest,
  repeatable,
  publicFile,
  fullSize,
];

/** Every family of the suite, of every language. */
export const FAMILIES: readonly Family[] = [...PYTHON_FAMILIES, ...C_FAMILIES];

/** The families of some languages. */
export function familiesOf(languages: readonly Language[]): Family[] {
  return FAMILIES.filter(({ language }) => languages.includes(language));
}
