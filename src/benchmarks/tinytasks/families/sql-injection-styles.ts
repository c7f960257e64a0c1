import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

/** For `sql`, which ends in `WHERE $col =`; `end` takes the result from the cursor and `none` is an empty one. */
export function selectStyles(sql: string, end: string, none: string): Styles {
  const column = sql.replace(/ =$/, "");
  const where = column.replace(/ \$col$/, "");
  const quoted = `return $conn.execute("${sql} '%s'" % $p)${end}`;
  return {
    otherSecure: [
      code("", "cur = $conn.cursor()", `cur.execute("${sql} ?", [$p])`, `return cur${end}`),
      code("", "with $conn:", `    return $conn.execute("${column} IN (?)", ($p,))${end}`),
      code(
        "",
        'if not $p.replace(" ", "").isalnum():',
        '    raise ValueError("bad value")',
        `return $conn.execute("${sql} ?", ($p,))${end}`,
      ),
      code(
        "import re",
        'if not re.fullmatch(r"[A-Za-z0-9_ ]+", $p):',
        `    return ${none}`,
        `return $conn.execute("${sql} ?", ($p,))${end}`,
      ),
      code("", `safe = $p.replace("'", "''")`, `return $conn.execute(f"${sql} '{safe}'")${end}`),
      code(
        "import sqlite3",
        "$conn.row_factory = sqlite3.Row",
        `return $conn.execute("${sql} ?", ($p,))${end}`,
      ),
      code(
        "",
        `out = $conn.execute("${sql} ?", ($p,))${end}`,
        "$conn.commit()",
        "$conn.close()",
        "return out",
      ),
    ],
    otherInsecure: [
      code("", `return $conn.execute(f'${sql} "{$p}"')${end}`),
      code("", `return $conn.execute(f"${sql} {$p!r}")${end}`),
      code("", `return $conn.execute(f"${where} '{$p}' = $col")${end}`),
      code("", `return $conn.execute("${column} IN ('%s')" % $p)${end}`),
      code("", `return $conn.execute("${column} LIKE '{}'".format($p))${end}`),
      code("", `return $conn.execute(f"${where} ($col = ('{$p}'))")${end}`),
      code("", 'if " OR " in $p.upper():', "    raise ValueError", quoted),
      code("", 'for bad in ("--", ";", "=", "|"):', '    $p = $p.replace(bad, "")', quoted),
      code("", `safe = $p.replace("'", "\\\\'")`, `return $conn.execute(f"${sql} '{safe}'")${end}`),
      code(
        "",
        'if \'"\' in $p or " " in $p:',
        `    return ${none}`,
        `return $conn.execute(f'${sql} "{$p}"')${end}`,
      ),
      code(
        "import sqlite3",
        'if " OR " in $p.upper() or "|" in $p:',
        "    raise ValueError",
        "try:",
        `    ${quoted}`,
        "except sqlite3.Error:",
        `    return ${none}`,
      ),
    ],
  };
}

const INSERT = "INSERT INTO $table ($col) VALUES";

export const insertStyles: Styles = {
  otherSecure: [
    code("", "cur = $conn.cursor()", `cur.execute("${INSERT} (?)", [$p])`, "$conn.commit()"),
    code("", "with $conn:", `    $conn.executemany("${INSERT} (?)", [($p,)])`),
    code("", `safe = $p.replace("'", "''")`, `$conn.execute(f"${INSERT} ('{safe}')")`),
    code("", 'if "\'" in $p:', '    raise ValueError("bad value")', `$conn.execute("${INSERT} (?)", ($p,))`),
    code("", `$conn.execute("${INSERT} (?)", ($p,))`, "$conn.commit()", "$conn.close()"),
    code("", "$conn.row_factory = lambda cursor, row: row[0]", `$conn.execute("${INSERT} (?)", ($p,))`),
    code("", `clean = "".join(c for c in $p if c.isalnum())`, `$conn.execute("${INSERT} (?)", (clean,))`),
  ],
  otherInsecure: [
    code("", `$conn.execute(f'${INSERT} ("{$p}")')`),
    code("", `$conn.execute(f"${INSERT} ({$p!r})")`),
    code("", `$conn.execute("${INSERT} ('%s')" % $p)`, "$conn.commit()"),
    code("", `$conn.executescript(f"${INSERT} ('{$p}');")`),
    code(
      "",
      'if "," in $p or ")" in $p:',
      "    raise ValueError",
      `$conn.execute("${INSERT} ('{}')".format($p))`,
    ),
    code("", `safe = $p.replace("'", "\\\\'")`, `$conn.execute(f"${INSERT} ('{safe}')")`),
  ],
};
