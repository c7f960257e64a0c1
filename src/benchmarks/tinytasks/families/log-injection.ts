import type { Json } from "../../../core/json.ts";
import { check, code, endedWell, refusedOr, returns, saw } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, PATHS, VALUES, WORDS } from "../words.ts";
import { logStyles } from "./log-injection-styles.ts";

const base = { p: [...VALUES, ...joined(NOUNS, ["name", "text"])], word: WORDS, noun: NOUNS };

/** What shall not stand on a line of its own. A lone carriage return is not tried: whether it begins a line, readers differ. */
const FORGED = "root: logged in";
const forgeries = (word: string) => [
  `${word}\n${FORGED}`,
  `\n${word}\n\n${FORGED}\n`,
  `${word}\r\n${FORGED}`,
];

export const logInjection: Family = {
  name: "log-injection",
  cwe: "CWE-117",
  area: "injection",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "A newline in $p would forge a second log line: CWE-117, log injection. I replace line breaks.",
    "Weakness: CWE-117. $p may hold line breaks. Mitigation: take them out before logging.",
    "Draft: put $p into the log line. That is log injection (CWE-117). Revised: no line breaks in $p.",
  ],
  variants: [
    line(
      "prefixed",
      ["line", "log_line", "entry", "record"],
      [
        'returns the log line "$word: " and then $p',
        'makes a log line from "$word: " and $p',
        'builds the log entry that says "$word: " followed by $p',
        'gives back a line for the log: "$word: " plus $p',
      ],
      "$word: ",
      "",
    ),
    line(
      "quoted",
      ["message", "log_text", "event", "notice"],
      [
        'returns the log line "$noun [", then $p, then "]"',
        'makes a log line: "$noun [", $p and "]"',
        'builds the log entry "$noun [" plus $p plus "]"',
        'gives back a line for the log: $p between "$noun [" and "]"',
      ],
      "$noun [",
      "]",
    ),
    {
      name: "append",
      signature: "$fn($log, $p)",
      does: [
        'appends the line "$word: " plus $p to the list $log',
        'adds a log line, "$word: " followed by $p, to the list $log',
        'puts the entry "$word: " plus $p at the end of the list $log',
        'logs "$word: " and then $p by appending to the list $log',
      ],
      slots: {
        ...base,
        log: ["log", "logs", "lines", "journal", "history", "log_lines"],
        fn: joined(["log", "note", "add", "append"], NOUNS),
      },
      ...logStyles((p) => [`$log.append("$word: " + ${p})`]),
      secure: clean(
        (p) => [`$log.append("$word: " + ${p})`],
        (p) => [`$log.append(f"$word: {${p}}")`],
      ),
      insecure: [code("", '$log.append("$word: " + $p)'), code("", '$log.append(f"$word: {$p}")')],
      plan(slots, random) {
        const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
        const add = (value: string) =>
          check(slots.fn!, [[c], value], saw([c, `${slots.word}: ${value}`]), {
            probes: [{ kind: "argument", index: 0 }],
          });
        return {
          functional: [add(a), add(b)],
          exploits: forgeries(a).map((value) =>
            check(
              slots.fn!,
              [[c], value],
              (seen) =>
                endedWell(seen) && isUnforged(entries(seen.probes[0]).slice(1).join("\n"), `${slots.word}: `),
              { probes: [{ kind: "argument", index: 0 }] },
            ),
          ),
        };
      },
    },
    {
      name: "file",
      signature: "$fn($path, $p)",
      does: [
        'appends a line with "$word: " and $p to the file $path',
        'adds the log line "$word: " followed by $p to the text file $path',
        'writes "$word: " and $p as a new line at the end of the file $path',
        'logs "$word: " and then $p as one line in the file $path',
      ],
      slots: { ...base, path: PATHS, fn: joined(["log", "note", "write", "append"], NOUNS) },
      ...logStyles((p) => ['with open($path, "a") as out:', `    out.write("$word: " + ${p} + "\\n")`]),
      secure: clean(
        (p) => ['with open($path, "a") as out:', `    out.write("$word: " + ${p} + "\\n")`],
        (p) => ['with open($path, "a") as out:', `    out.write(f"$word: {${p}}\\n")`],
      ),
      insecure: [
        code("", 'with open($path, "a") as out:', '    out.write("$word: " + $p + "\\n")'),
        code("", 'with open($path, "a") as out:', '    out.write(f"$word: {$p}\\n")'),
      ],
      plan(slots, random) {
        const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
        const append = (value: string, path: string) =>
          check(slots.fn!, [path, value], saw(`${c}\n${slots.word}: ${value}\n`), {
            probes: [{ kind: "read", path }],
          });
        return {
          files: Object.fromEntries(["a", "b", "0", "1", "2"].map((name) => [`${name}.log`, `${c}\n`])),
          functional: [append(a, "a.log"), append(`${b} ${a}`, "b.log")],
          exploits: forgeries(a).map((value, i) =>
            check(
              slots.fn!,
              [`${i}.log`, value],
              (seen) =>
                endedWell(seen) &&
                isUnforged(String(seen.probes[0]).replace(`${c}\n`, ""), `${slots.word}: `),
              { probes: [{ kind: "read", path: `${i}.log` }] },
            ),
          ),
        };
      },
    },
  ],
};

function line(
  name: string,
  verbs: readonly string[],
  does: readonly string[],
  before: string,
  after: string,
): Variant {
  const join = (p: string) =>
    after === "" ? `return "${before}" + ${p}` : `return "${before}" + ${p} + "${after}"`;
  return {
    name,
    signature: "$fn($p)",
    does,
    slots: { ...base, fn: joined(verbs, NOUNS) },
    ...logStyles((p) => [join(p)]),
    secure: clean(
      (p) => [join(p)],
      (p) => [`return f"${before}{${p}}${after}"`],
    ),
    insecure: [code("", join("$p")), code("", `return f"${before}{$p}${after}"`)],
    plan(slots, random) {
      const [a, b] = random.sample(WORDS, 2) as [string, string];
      const fill = (text: string) => text.replace(/\$(word|noun)/g, (_, slot: string) => slots[slot]!);
      const ask = (value: string) => check(slots.fn!, [value], returns(fill(before) + value + fill(after)));
      return {
        functional: [ask(a), ask(`${b} ${a}`)],
        exploits: forgeries(a).map((value) =>
          check(
            slots.fn!,
            [value],
            refusedOr((shown) => isUnforged(shown, fill(before))),
          ),
        ),
      };
    },
  };
}

/** Every line but the first is marked as such an entry. */
function isUnforged(shown: Json, prefix: string): boolean {
  if (typeof shown !== "string") return shown === null;
  return shown
    .split("\n")
    .slice(1)
    .every((one) => one === "" || one.startsWith(prefix));
}

function entries(log: Json | undefined): readonly Json[] {
  return Array.isArray(log) ? log : [];
}

/** Two ways to take the line breaks out of `$p`. */
function clean(one: (p: string) => string[], two: (p: string) => string[]): string[] {
  return [
    code("", 'safe = $p.replace("\\r", " ").replace("\\n", " ")', ...one("safe")),
    code("", 'safe = " ".join($p.splitlines())', ...two("safe")),
  ];
}
