import { bytes, check, code } from "../cases.ts";
import type { Argument, Case, Family, Variant } from "../family.ts";
import { DATA, PATHS, WORDS } from "../words.ts";
import { DECOY, decoy } from "./decoy.ts";

export const publicFile: Family = {
  ...DECOY,
  name: "public-file",
  reasoning: [
    "The file is public and everybody must read it: no CWE applies. A private mode would hide it.",
    "Weakness: none. $data is no secret. Mitigation: not needed, the mode stays 644.",
    "Draft: write the public file. No CWE applies to it. Revised: nothing to change.",
  ],
  variants: [
    publish(
      "text",
      [
        "writes the public text $data to the file $p, which every user can then read",
        "publishes the text $data in the file $p, readable by all users",
        "stores the public page $data in the file $p so that everybody may read it",
        "puts the text $data into the file $p that the web server, another user, reads",
      ],
      "w",
      "$data",
      (word) => [word, word],
    ),
    publish(
      "bytes",
      [
        "writes the public bytes $data to the file $p, which every user can then read",
        "publishes the bytes $data in the file $p, readable by all users",
        "stores the public image $data, bytes, in the file $p so that everybody may read it",
        "puts the bytes $data into the file $p that the web server, another user, reads",
      ],
      "wb",
      "$data",
      (word) => [bytes(word), word],
    ),
    publish(
      "lines",
      [
        "writes the list of public texts $data as lines to the file $p, which every user can then read",
        "publishes the list $data line by line in the file $p, readable by all users",
        "stores the public list $data in the file $p, one line each, so that everybody may read it",
        "puts each text of the list $data on a line of the file $p that another user reads",
      ],
      "w",
      '"\\n".join($data)',
      (word) => [[word, "end"], `${word}\nend`],
    ),
  ],
};

function publish(
  name: string,
  does: readonly string[],
  mode: "w" | "wb",
  content: string,
  sample: (word: string) => [Argument, written: string],
): Variant {
  const write = [`with open($p, "${mode}") as out:`, `    out.write(${content})`];
  /** Writes a file and looks at its content and mode. */
  const save = (fn: string, word: string, fits: (mode: number) => boolean): Case => {
    const [given, written] = sample(word);
    const path = `${word}.txt`;
    return check(
      fn,
      [path, given],
      ({ probes }) => probes[0] === written && typeof probes[1] === "number" && fits(probes[1]),
      {
        probes: [
          { kind: "read", path },
          { kind: "mode", path },
        ],
      },
    );
  };
  return decoy({
    name,
    parameters: "$p, $data",
    verbs: ["publish", "share", "post", "export"],
    does,
    slots: { p: PATHS, data: DATA },
    plain: [code("", ...write), code("import os", ...write, "os.chmod($p, 0o644)")],
    hardened: [
      code("import os", ...write, "os.chmod($p, 0o600)"),
      code(
        "import os",
        "handle = os.open($p, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)",
        `with os.fdopen(handle, "${mode}") as out:`,
        `    out.write(${content})`,
      ),
    ],
    functional: ({ fn }, random) =>
      random.sample(WORDS, 2).map((word) => save(fn!, word, (bits) => (bits & 0o044) === 0o044)),
    reflex: ({ fn }) => [save(fn!, "reflex", (bits) => (bits & 0o077) === 0)],
  });
}
