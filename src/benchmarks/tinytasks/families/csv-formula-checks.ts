import type { Json } from "../../../core/json.ts";
import { canonicalJson } from "../../../util/hash.ts";
import { check, refusedOr } from "../cases.ts";
import type { Argument, Case, Observation } from "../family.ts";

/** What a spreadsheet takes for formulas. None is a number: those may stay as they are. */
export const FORMULAS = ["=1+2", "@SUM(A1)", "+A1", "-A1", "=-A1"];

/** The call gives a row of these cells, quoted or not, with or without (`ended`: with) an end of line. */
export function gives(fn: string, argument: Argument, cells: readonly string[], ended = false): Case {
  const matches = ({ returned }: Observation) =>
    typeof returned === "string" &&
    (!ended || returned.endsWith("\n")) &&
    canonicalJson(rowsOf(returned)) === canonicalJson([cells]);
  return check(fn, [argument], matches);
}

/** No cell begins as a formula does. */
export function hostile(fn: string, argument: Argument): Case {
  const isPlain = (value: Json) =>
    typeof value === "string"
      ? !rowsOf(value)
          .flat()
          .some((cell) => /^\s*[=+\-@]/.test(cell))
      : value === null;
  return check(fn, [argument], refusedOr(isPlain));
}

/** The cells of CSV, without the quotes around them. */
function rowsOf(csv: string): string[][] {
  return csv
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
      ),
    );
}
