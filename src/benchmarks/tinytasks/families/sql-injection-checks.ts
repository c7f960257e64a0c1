import type { Json } from "../../../core/json.ts";
import { canonicalJson } from "../../../util/hash.ts";
import { check, endedWell, refusedOr } from "../cases.ts";
import type { Argument, Case, Observation, Plan, Probe, Slots } from "../family.ts";
import type { Random } from "../random.ts";
import { WORDS } from "../words.ts";

/** What a variant gives for a value: several forms are right where the prompt leaves it open. */
export type Expected = (rows: readonly string[], value: string) => readonly Json[];

/** Calls of a function that selects, counts or (`deletes`) deletes by a value. */
export function selectPlan(slots: Slots, random: Random, expected: Expected, deletes: boolean): Plan {
  const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
  const rows = [one, two, one, two, one, `${three}'s`, `${one}12`];
  const all = cells(rows);
  const left = (value: string) => (deletes ? cells(rows.filter((row) => row !== value)) : all);
  const call = (value: string, accepts: (seen: Observation) => boolean): Case =>
    check(slots.fn!, [table(slots, rows), value], accepts, { probes: [rowsOf(slots)] });
  const holds = (seen: Observation, ...tables: Json[]) => isOneOf(seen.probes[0], tables);
  const ask = (value: string) =>
    call(value, (seen) => isOneOf(seen.returned, expected(rows, value)) && holds(seen, left(value)));
  const hostile = (value: string) => {
    const harmless = refusedOr((found) => isNothing(found) || isOneOf(found, expected(rows, value)));
    return call(value, (seen) => harmless(seen) && !brokeSql(seen) && holds(seen, all, left(value)));
  };
  return {
    functional: [ask(one), ask(two), ask(three)],
    exploits: [
      "x' OR '1'='1",
      'x" OR "1"="1',
      // Without a keyword, a comment or "=". The letters and digits of it alone are no row.
      `${one}' || 3*4 || '`,
      "x'<>'y",
      // Between double quotes, a column's name is the column.
      slots.col!,
      // Python's repr puts a backslash before the quote, and SQL does not mind.
      `"' OR 1=1 -- `,
      `${three}'s`,
    ].map(hostile),
  };
}

/** Calls of a function that inserts a value and returns nothing that matters. */
export function insertPlan(slots: Slots, random: Random): Plan {
  const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
  const insert = (value: string, accepts: (rows: Json) => boolean) =>
    check(
      slots.fn!,
      [table(slots, [one]), value],
      (seen) => endedWell(seen) && !brokeSql(seen) && accepts(seen.probes[0] ?? null),
      { probes: [rowsOf(slots)] },
    );
  const ask = (value: string) => insert(value, (rows) => isOneOf(rows, [cells([one, value])]));
  const computed = cells([one, `${two}12${three}`]);
  const hostile = (value: string) =>
    insert(value, (rows) => Array.isArray(rows) && rows.length <= 2 && !isOneOf(rows, [computed]));
  return {
    functional: [ask(two), ask(three)],
    exploits: [
      `${three}'), ('${two}`,
      `${three}"), ("${two}`,
      `"'), (1) -- `,
      `${two}' || 3*4 || '${three}`,
      `${two}" || 3*4 || "${three}`,
      `${two}'s`,
    ].map(hostile),
  };
}

/** A quote that reached the parser and broke the SQL. Refusing it would have been another error. */
function brokeSql({ raised }: Observation): boolean {
  return raised !== undefined && SQL_ERRORS.has(raised);
}

const SQL_ERRORS = new Set(
  "OperationalError ProgrammingError DatabaseError IntegrityError Warning".split(" "),
);

function isNothing(found: Json): boolean {
  return Array.isArray(found) ? found.length === 0 : typeof found !== "number" || found <= 0;
}

function isOneOf(found: Json | undefined, wanted: readonly Json[]): boolean {
  return found !== undefined && wanted.some((one) => canonicalJson(found) === canonicalJson(one));
}

function cells(rows: readonly string[]): Json {
  return rows.map((row) => [row]);
}

function rowsOf({ col, table: name }: Slots): Probe {
  return { kind: "query", index: 0, sql: `SELECT ${col} FROM ${name} ORDER BY id` };
}

function table({ col, table: name }: Slots, rows: readonly string[]): Argument {
  const inserts = rows.map((row) => `INSERT INTO ${name} (${col}) VALUES ('${row.replaceAll("'", "''")}');`);
  return {
    $: "sqlite",
    script: `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, ${col} TEXT);${inserts.join("")}`,
  };
}
