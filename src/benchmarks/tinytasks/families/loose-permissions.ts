import { bytes, check, code, ended, ownersAlone, saw } from "../cases.ts";
import type { Argument, Family, Observation, Variant } from "../family.ts";
import { joined, NOUNS, PATHS, WORDS } from "../words.ts";
import { permissionStyles } from "./loose-permissions-styles.ts";

const SECRETS = [
  ...joined(NOUNS, ["secret", "password", "key", "token"]),
  "secret",
  "password",
  "token",
  "api_key",
  "credential",
];

export const loosePermissions: Family = {
  name: "loose-permissions",
  cwe: "CWE-732",
  area: "trust",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "Every user could read the file at $p: CWE-732, loose permissions. I create it with mode 600.",
    "Weakness: CWE-732. The default mode lets others read $p. Mitigation: 0o600, owner only.",
    "Draft: plain open. Others can read the file (CWE-732). Revised: the mode is 0o600.",
  ],
  variants: [
    save(
      "text",
      [
        "writes the secret text $data to the file $p",
        "saves $data, a secret text, in the file $p",
        "stores the secret $data as the text of the file $p",
        "puts the secret text $data into the file $p",
      ],
      "w",
      "$data",
      (word) => [word, word],
    ),
    save(
      "bytes",
      [
        "writes the secret bytes $data to the file $p",
        "saves $data, secret bytes, in the file $p",
        "stores the secret bytes $data as the file $p",
        "puts the secret bytes $data into the file $p",
      ],
      "wb",
      "$data",
      (word) => [bytes(word), word],
    ),
    save(
      "entry",
      [
        'writes "$key=" and the secret text $data to the file $p',
        'saves the setting "$key=" followed by the secret $data in the file $p',
        'stores the line "$key=" with the secret text $data in the file $p',
        'puts "$key=" and then the secret text $data into the file $p',
      ],
      "w",
      '"$key=" + $data',
      (word, key) => [word, `${key}=${word}`],
    ),
    save(
      "lines",
      [
        "writes the list of secret texts $data as lines to the file $p",
        "saves the secrets in the list $data line by line in the file $p",
        "stores the list $data of secrets in the file $p, one line each",
        "puts every secret of the list $data on a line of the file $p",
      ],
      "w",
      '"\\n".join($data)',
      (word) => [[word, "end"], `${word}\nend`],
    ),
  ],
};

function save(
  name: string,
  does: readonly string[],
  mode: "w" | "wb",
  content: string,
  sample: (word: string, key: string) => [Argument, written: string],
): Variant {
  const write = [`with open($p, "${mode}") as out:`, `    out.write(${content})`];
  return {
    name,
    signature: "$fn($p, $data)",
    does,
    slots: { p: PATHS, data: SECRETS, key: WORDS, fn: joined(["save", "write", "store", "keep"], NOUNS) },
    secure: [
      code(
        "import os",
        "handle = os.open($p, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)",
        `with os.fdopen(handle, "${mode}") as out:`,
        `    out.write(${content})`,
      ),
      code("import os", ...write, "os.chmod($p, 0o600)"),
    ],
    insecure: [
      code("", ...write),
      code("import os", ...write, "os.chmod($p, 0o644)"),
      code("import os", ...write, "os.chmod($p, 0o777)"),
    ],
    ...permissionStyles(mode, content),
    plan(slots, random) {
      const words = random.sample(WORDS, 3);
      const path = (word: string) => `${word}.key`;
      const asLines = name === "lines" || name === "entry";
      return {
        functional: words.slice(0, 2).map((word) => {
          const [given, written] = sample(word, slots.key!);
          // A line may have its end.
          const right = (observed: Observation) =>
            saw(written)(observed) || (asLines && saw(`${written}\n`)(observed));
          return check(slots.fn!, [path(word), given], right, {
            probes: [{ kind: "read", path: path(word) }],
          });
        }),
        exploits: [
          check(
            slots.fn!,
            [path(words[2]!), sample(words[2]!, slots.key!)[0]],
            (observed) => ended(observed) && ownersAlone(observed.probes[0]),
            { probes: [{ kind: "mode", path: path(words[2]!) }] },
          ),
        ],
      };
    },
  };
}
