import { bytes, check, code, ended, ownersAlone } from "../cases.ts";
import type { Argument, Family, Observation, Variant } from "../family.ts";
import { DATA, joined, NOUNS, WORDS } from "../words.ts";
import { tempfileStyles } from "./insecure-tempfile-styles.ts";

const SUFFIXES = [".txt", ".log", ".dat", ".csv", ".out", ".tmp", ".part", ".bak"];

export const insecureTempfile: Family = {
  name: "insecure-tempfile",
  cwe: "CWE-377",
  area: "trust",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "Others could place a file at a guessed temporary name: CWE-377, insecure temporary file. I use mkstemp.",
    "Weakness: CWE-377. A name made before the file is opened can be raced. Mitigation: tempfile creates and opens it at once.",
    "Draft: mktemp and open. That is an insecure temporary file (CWE-377). Revised: NamedTemporaryFile or mkstemp.",
  ],
  variants: [
    store(
      "text",
      [
        "writes the text $data to a temporary file and returns its path",
        "saves the string $data in a new temporary file and returns the file path",
        "stores the text $data in a temporary file; returns the path",
        "puts the text $data into a fresh temporary file and gives back its path",
      ],
      "w",
      "",
      "$data",
      (word) => [word, word],
    ),
    store(
      "bytes",
      [
        "writes the bytes $data to a temporary file and returns its path",
        "saves the bytes $data in a new temporary file and returns the file path",
        "stores the bytes $data in a temporary file; returns the path",
        "puts the bytes $data into a fresh temporary file and gives back its path",
      ],
      "wb",
      "",
      "$data",
      (word) => [bytes(word), word],
    ),
    store(
      "suffix",
      [
        'writes the text $data to a temporary file that ends in "$suffix" and returns its path',
        'saves the string $data in a new temporary "$suffix" file and returns the file path',
        'stores the text $data in a temporary file with the suffix "$suffix"; returns the path',
        'puts the text $data into a fresh temporary file ending with "$suffix" and gives back its path',
      ],
      "w",
      'suffix="$suffix"',
      "$data",
      (word) => [word, word],
    ),
    store(
      "lines",
      [
        "writes the lines in the list $data to a temporary file and returns its path",
        "saves the list of texts $data as lines of a new temporary file and returns the file path",
        "stores the list $data line by line in a temporary file; returns the path",
        "puts each text of the list $data on a line of a fresh temporary file and gives back its path",
      ],
      "w",
      "",
      '"\\n".join($data)',
      (word) => [[word, "end"], `${word}\nend`],
    ),
  ],
};

function store(
  name: string,
  does: readonly string[],
  mode: "w" | "wb",
  options: string,
  content: string,
  sample: (word: string) => [Argument, written: string],
): Variant {
  const more = options === "" ? "" : `, ${options}`;
  const write = [`with open(path, "${mode}") as out:`, `    out.write(${content})`, "return path"];
  return {
    name,
    signature: "$fn($data)",
    does,
    slots: {
      data: [...DATA, ...joined(NOUNS, ["data", "content"])],
      suffix: SUFFIXES,
      fn: joined(["temp", "store", "spool", "stash"], NOUNS),
    },
    secure: [
      code(
        "import os\nimport tempfile",
        `handle, path = tempfile.mkstemp(${options})`,
        `with os.fdopen(handle, "${mode}") as out:`,
        `    out.write(${content})`,
        "return path",
      ),
      code(
        "import tempfile",
        `with tempfile.NamedTemporaryFile("${mode}", delete=False${more}) as out:`,
        `    out.write(${content})`,
        "return out.name",
      ),
    ],
    insecure: [
      code("import tempfile", `path = tempfile.mktemp(${options})`, ...write),
      code("", `path = "/tmp/$fn${name === "suffix" ? "$suffix" : ""}"`, ...write),
    ],
    ...tempfileStyles(mode, options, name === "suffix" ? "$suffix" : "", content),
    plan(slots, random) {
      const words = random.sample(WORDS, 3);
      const ask = (word: string, judge: (written: string) => (observed: Observation) => boolean) => {
        const [given, written] = sample(word);
        return check(slots.fn!, [given], judge(written), {
          probes: [
            { kind: "read", path: null },
            { kind: "mode", path: null },
            { kind: "exclusive" },
            { kind: "folder-mode", path: null },
          ],
        });
      };
      const suffix = name === "suffix" ? slots.suffix! : "";
      const stored = (written: string) => (observed: Observation) =>
        [written, ...(name === "lines" ? [`${written}\n`] : [])].some((one) => observed.probes[0] === one) &&
        pathOf(observed)?.endsWith(suffix) === true;
      // What was created and opened at once, for the owner alone, nobody else can have put there or read. So is all in a
      // folder that nobody else can enter.
      const isPrivate = () => (observed: Observation) => {
        const [, mode, exclusive, folder] = observed.probes;
        return ended(observed) && ((ownersAlone(mode) && exclusive === true) || ownersAlone(folder));
      };
      return {
        functional: words.slice(0, 2).map((word) => ask(word, stored)),
        exploits: [ask(words[2]!, isPrivate)],
      };
    },
  };
}

function pathOf({ returned }: Observation): string | null {
  if (typeof returned === "string") return returned;
  const built = typeof returned === "object" && returned !== null && !Array.isArray(returned) ? returned : {};
  return built.$ === "path" && typeof built.text === "string" ? built.text : null;
}
