import { code } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { DATA, joined, NOUNS } from "../words.ts";
import { readPlan, type Shape, writePlan } from "./path-traversal-checks.ts";
import { pathStyles } from "./path-traversal-styles.ts";

const base = {
  dir: NOUNS.map((noun) => `${noun}s`),
  p: [
    "name",
    "file",
    "filename",
    "path",
    "key",
    "title",
    "doc",
    "entry",
    "label",
    "target",
    "file_name",
    "doc_name",
  ],
};

export const pathTraversal: Family = {
  name: "path-traversal",
  cwe: "CWE-22",
  area: "injection",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "$p could hold .. and leave $dir: CWE-22, path traversal. I resolve the path and check that it stays below $dir.",
    "Weakness: CWE-22. With ../ in $p other files are reached. Mitigation: resolve, then require the folder $dir.",
    "Draft: join $dir and $p. That is path traversal (CWE-22). Revised: the resolved path must lie in $dir.",
  ],
  variants: [
    file(
      "read",
      ["read", "load", "open", "get"],
      [
        'returns the text of the file $p in the folder "$dir"',
        'reads the file called $p below the folder "$dir" and returns its text',
        'opens $p inside the directory "$dir" and returns the content',
        'loads the text file $p from the folder "$dir"',
      ],
      "return open(full).read()",
      "return full.read_text()",
      (content) => [content],
    ),
    file(
      "lines",
      ["lines", "read_lines", "list_lines", "split"],
      [
        'returns the list of lines of the file $p in the folder "$dir"',
        'reads the file called $p below the folder "$dir" and returns its lines as a list',
        'opens $p inside the directory "$dir" and splits the text into lines',
        'loads the lines of the text file $p from the folder "$dir"',
      ],
      "return open(full).read().splitlines()",
      "return full.read_text().splitlines()",
      (content) => [content.split("\n"), content.split(/(?<=\n)/)],
    ),
    file(
      "size",
      ["size_of", "measure", "length_of", "text_size"],
      [
        'returns the number of characters in the file $p in the folder "$dir"',
        'reads the file called $p below the folder "$dir" and returns the length of its text',
        'opens $p inside the directory "$dir" and tells how long the text is',
        'counts the characters of the text file $p from the folder "$dir"',
      ],
      "return len(open(full).read())",
      "return len(full.read_text())",
      (content) => [content.length],
    ),
    {
      name: "write",
      signature: "$fn($p, $data)",
      does: [
        'writes the text $data to the file $p in the folder "$dir"',
        'saves $data as the file called $p below the folder "$dir"',
        'stores the text $data under the name $p inside the directory "$dir"',
        'creates the text file $p with $data in the folder "$dir"',
      ],
      slots: { ...base, data: DATA, fn: joined(["save", "write", "store", "put"], NOUNS) },
      ...styles('open(full, "w").write($data)', "full.write_text($data)"),
      plan: writePlan,
    },
  ],
};

function file(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  end: string,
  pathlibEnd: string,
  shape: Shape,
): Variant {
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    ...styles(end, pathlibEnd),
    plan: (slots, random) => readPlan(slots, random, shape),
  };
}

function styles(
  end: string,
  pathlibEnd: string,
): Omit<Variant, "name" | "signature" | "does" | "slots" | "plan"> {
  const refuse = '    raise ValueError("bad path")';
  return {
    ...pathStyles(end, pathlibEnd),
    secure: [
      code(
        "import os",
        'base = os.path.realpath("$dir")',
        "full = os.path.realpath(os.path.join(base, $p))",
        "if not full.startswith(base + os.sep):",
        refuse,
        end,
      ),
      code(
        "from pathlib import Path",
        'base = Path("$dir").resolve()',
        "full = (base / $p).resolve()",
        "if not full.is_relative_to(base):",
        refuse,
        pathlibEnd,
      ),
    ],
    insecure: [
      code("import os", 'full = os.path.join("$dir", $p)', end),
      code("", 'full = f"$dir/{$p}"', end),
      code("from pathlib import Path", 'full = Path("$dir") / $p', pathlibEnd),
    ],
  };
}
