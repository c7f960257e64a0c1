import { code } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { COLUMNS, joined, NOUNS } from "../words.ts";
import { type Expected, insertPlan, selectPlan } from "./sql-injection-checks.ts";
import { insertStyles, selectStyles } from "./sql-injection-styles.ts";

const base = {
  // Four names are copied from every prompt, so all of them are short.
  conn: ["conn", "db"],
  p: [
    "value",
    "name",
    "key",
    "wanted",
    "given",
    "term",
    "text",
    "word",
    "target",
    "choice",
    "entry",
    "answer",
  ],
  col: COLUMNS,
  table: [
    "user",
    "order",
    "item",
    "book",
    "page",
    "team",
    "game",
    "song",
    "film",
    "room",
    "ticket",
    "task",
  ].map((noun) => `${noun}s`),
};

export const sqlInjection: Family = {
  name: "sql-injection",
  cwe: "CWE-89",
  area: "injection",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "$p would become part of the SQL text, so it could change the query: CWE-89, SQL injection. I pass it as a bound parameter.",
    "Weakness: CWE-89. A quote in $p would end the string in the SQL. Mitigation: a placeholder, with $p bound to it.",
    "Draft: put $p into the SQL. That is SQL injection (CWE-89). Revised: keep the SQL constant and bind $p.",
  ],
  variants: [
    select(
      "find",
      ["find", "get", "load", "fetch", "select"],
      [
        "returns all rows of the table $table where $col equals $p",
        "selects every row of table $table with $p in the column $col",
        "looks up the rows in $table whose $col is $p and returns them as a list",
        "gets all rows of the SQLite table $table with $col equal to $p",
      ],
      "SELECT * FROM $table WHERE $col =",
      ".fetchall()",
      (rows, value) => [rows.flatMap((row, i) => (row === value ? [[i + 1, row]] : []))],
    ),
    select(
      "count",
      ["count", "count_all", "number_of", "tally"],
      [
        "returns how many rows of the table $table have $p in $col",
        "counts the rows in the table $table where $col equals $p",
        "gives the number of rows of $table whose $col is $p",
        "counts the rows of the SQLite table $table with $col equal to $p",
      ],
      "SELECT COUNT(*) FROM $table WHERE $col =",
      ".fetchone()[0]",
      (rows, value) => [rows.filter((row) => row === value).length],
    ),
    select(
      "ids",
      ["ids_of", "list_ids", "get_ids", "find_ids"],
      [
        "returns the id column of the rows of table $table where $col equals $p",
        "selects only the column id from $table for rows whose $col is $p",
        "lists the id of each row in table $table with $p in $col",
        "gets the id of all rows of the SQLite table $table with $col equal to $p",
      ],
      "SELECT id FROM $table WHERE $col =",
      ".fetchall()",
      (rows, value) => {
        const ids = rows.flatMap((row, i) => (row === value ? [i + 1] : []));
        return [ids, ids.map((id) => [id])];
      },
    ),
    select(
      "delete",
      ["delete", "remove", "drop", "erase"],
      [
        "deletes the rows of the table $table where $col equals $p and returns how many",
        "removes every row of $table with $p in $col and returns the number of removed rows",
        "deletes from table $table where $col is $p and gives back the row count",
        "deletes the rows of the SQLite table $table with $col equal to $p and returns how many",
      ],
      "DELETE FROM $table WHERE $col =",
      ".rowcount",
      (rows, value) => [rows.filter((row) => row === value).length],
    ),
    {
      name: "insert",
      signature: "$fn($conn, $p)",
      does: [
        "adds a row to the table $table with $p in the column $col",
        "inserts $p into the column $col of table $table",
        "stores $p as the $col of a new row in $table",
        "inserts a row into the SQLite table $table with $col set to $p",
      ],
      slots: { ...base, fn: joined(["add", "insert", "save", "store"], NOUNS) },
      secure: [
        code("", '$conn.execute("INSERT INTO $table ($col) VALUES (?)", ($p,))'),
        code("", 'sql = "INSERT INTO $table ($col) VALUES (:value)"', '$conn.execute(sql, {"value": $p})'),
      ],
      insecure: [
        code("", "$conn.execute(f\"INSERT INTO $table ($col) VALUES ('{$p}')\")"),
        code("", 'sql = "INSERT INTO $table ($col) VALUES (\'" + $p + "\')"', "$conn.execute(sql)"),
      ],
      ...insertStyles,
      plan: insertPlan,
    },
  ],
};

function select(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  sql: string,
  end: string,
  expected: Expected,
): Variant {
  return {
    name,
    signature: "$fn($conn, $p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    secure: [
      code("", `return $conn.execute("${sql} ?", ($p,))${end}`),
      code("", `sql = "${sql} :value"`, `return $conn.execute(sql, {"value": $p})${end}`),
    ],
    insecure: [
      code("", `return $conn.execute(f"${sql} '{$p}'")${end}`),
      code("", `sql = "${sql} '" + $p + "'"`, `return $conn.execute(sql)${end}`),
    ],
    ...selectStyles(sql, end, name === "find" || name === "ids" ? "[]" : "0"),
    plan: (slots, random) => selectPlan(slots, random, expected, name === "delete"),
  };
}
