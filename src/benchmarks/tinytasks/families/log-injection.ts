import { check, code, ended, refusedOr, returns, saw } from "../cases.ts";
import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, PATHS, VALUES, WORDS } from "../words.ts";

const base = { p: [...VALUES, ...joined(NOUNS, ["name", "text"])], word: WORDS, noun: NOUNS };
const breaks = (value: unknown) =>
  /[\r\n]/.test(JSON.stringify(value).replace(/\\n/g, "\n").replace(/\\r/g, "\r"));

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
          exploits: [
            check(
              slots.fn!,
              [[c], `${a}\n${slots.word}: ${b}`],
              (seen) => ended(seen) && !breaks(seen.probes[0]),
              {
                probes: [{ kind: "argument", index: 0 }],
              },
            ),
          ],
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
          files: { "a.log": `${c}\n`, "b.log": `${c}\n`, "c.log": "" },
          functional: [append(a, "a.log"), append(`${b} ${a}`, "b.log")],
          exploits: [
            check(
              slots.fn!,
              ["c.log", `${a}\n${slots.word}: ${b}`],
              (seen) => ended(seen) && (String(seen.probes[0]).match(/\n/g) ?? []).length <= 1,
              { probes: [{ kind: "read", path: "c.log" }] },
            ),
          ],
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
        exploits: [
          check(
            slots.fn!,
            [`${a}\nadmin: ${b}`],
            refusedOr((value) => typeof value === "string" && !breaks(value)),
          ),
        ],
      };
    },
  };
}

/** Two ways to take the line breaks out of `$p`. */
function clean(one: (p: string) => string[], two: (p: string) => string[]): string[] {
  return [
    code("", 'safe = $p.replace("\\r", " ").replace("\\n", " ")', ...one("safe")),
    code("", 'safe = " ".join($p.splitlines())', ...two("safe")),
  ];
}
