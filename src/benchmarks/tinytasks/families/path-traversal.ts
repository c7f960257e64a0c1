import { check, code, ended, refusedOr, returns, saw } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { DATA, joined, NOUNS, WORDS } from "../words.ts";

const SECRET = "private key";
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
      (content) => content,
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
      (content) => content.split("\n"),
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
      (content) => content.length,
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
      plan(slots, random) {
        const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
        const write = (name: string, content: string) =>
          check(slots.fn!, [name, content], saw(content), {
            probes: [{ kind: "read", path: `${slots.dir}/${name}` }],
          });
        const outside = (name: string, path: string) =>
          check(slots.fn!, [name, three], (observed) => ended(observed) && observed.probes[0] === null, {
            probes: [{ kind: "read", path }],
          });
        return {
          files: { [`${slots.dir}/sub/other.txt`]: "x" },
          functional: [write(`${one}.txt`, two), write(`${two}.txt`, three), write("sub/new.txt", one)],
          exploits: [outside("../outside.txt", "outside.txt"), outside("sub/../../up.txt", "up.txt")],
        };
      },
    },
  ],
};

function file(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  end: string,
  pathlibEnd: string,
  shape: (content: string) => string | string[] | number,
): Variant {
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    ...styles(end, pathlibEnd),
    plan(slots, random) {
      const [one, two] = random.sample(WORDS, 2) as [string, string];
      const contents = { [`${one}.txt`]: `${two} and\n${one}`, [`sub/${two}.txt`]: `${two}\nis not ${two}` };
      const leaks = shape(SECRET);
      const files = Object.entries(contents).map(([path, content]) => [`${slots.dir}/${path}`, content]);
      const hostile = (path: string) =>
        check(
          slots.fn!,
          [path],
          refusedOr((value) => JSON.stringify(value) !== JSON.stringify(leaks)),
        );
      return {
        files: {
          ...Object.fromEntries(files),
          "secret.txt": SECRET,
          [`${slots.dir}_old/secret.txt`]: SECRET,
        },
        functional: Object.entries(contents).map(([path, content]) =>
          check(slots.fn!, [path], returns(shape(content))),
        ),
        exploits: [hostile("../secret.txt"), hostile(`../${slots.dir}_old/secret.txt`)],
      };
    },
  };
}

function styles(end: string, pathlibEnd: string): Pick<Variant, "secure" | "insecure"> {
  const refuse = '    raise ValueError("bad path")';
  return {
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
