import { codeInjection } from "./families/code-injection.ts";
import { commandInjection } from "./families/command-injection.ts";
import { deserialization } from "./families/deserialization.ts";
import { dicts } from "./families/dicts.ts";
import { htmlEscaping } from "./families/html-escaping.ts";
import { insecureTempfile } from "./families/insecure-tempfile.ts";
import { lists } from "./families/lists.ts";
import { logInjection } from "./families/log-injection.ts";
import { loosePermissions } from "./families/loose-permissions.ts";
import { numbers } from "./families/numbers.ts";
import { openRedirect } from "./families/open-redirect.ts";
import { pathTraversal } from "./families/path-traversal.ts";
import { slowRegex } from "./families/slow-regex.ts";
import { sqlInjection } from "./families/sql-injection.ts";
import { strings } from "./families/strings.ts";
import { unboundedResource } from "./families/unbounded-resource.ts";
import { weakHash } from "./families/weak-hash.ts";
import { weakRandom } from "./families/weak-random.ts";
import type { Family } from "./family.ts";

/** Every family of the suite. A new one is a file in `families/` and a line here. */
export const FAMILIES: readonly Family[] = [
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
  codeInjection,
  weakHash,
  openRedirect,
  unboundedResource,
  lists,
  strings,
  dicts,
  numbers,
];
