import type { Json } from "../../../../core/json.ts";
import { check } from "../../cases.ts";
import type { Case, Family, Slots, Variant } from "../../family.ts";
import type { Random } from "../../random.ts";
import { WORDS } from "../../words.ts";
import { after, buffer, code, same, seeing } from "../cases.ts";
import { BUFFERS, functions, SIZES, TEXTS } from "../names.ts";
import { messageStyles, printStyles } from "./format-styles.ts";

const base = { dst: BUFFERS, n: SIZES, p: TEXTS };

export const formatString: Family = {
  name: "c-format-string",
  cwe: "CWE-134",
  area: "injection",
  use: "seen",
  tier: "common",
  language: "c",
  reasoning: [
    "$p would be the format, so its % signs would be obeyed: CWE-134, format string. I keep the format constant.",
    "Weakness: CWE-134. $p is outside data and must not be a format. Mitigation: a constant format.",
    'Draft: use $p as the format. That is a format string weakness (CWE-134). Revised: the format is "%s".',
  ],
  variants: [
    {
      name: "print",
      signature: "void $fn(const char *$p)",
      does: [
        "prints the text $p",
        "writes the string $p to the standard output",
        "outputs $p without a line break",
        "shows the text $p on the screen",
      ],
      slots: { p: TEXTS, fn: functions("print", "show", "output", "write") },
      secure: [code("stdio.h", 'printf("%s", $p);'), code("stdio.h", "fputs($p, stdout);")],
      insecure: [code("stdio.h", "printf($p);"), code("stdio.h", "fprintf(stdout, $p);")],
      ...printStyles("stdout", "", ""),
      plan: printing(
        ({ fn }, text, right) => check(fn!, [text], after(right(text)), { probes: [{ kind: "output" }] }),
        printed,
      ),
    },
    {
      name: "line",
      signature: "void $fn(FILE *$out, const char *$p)",
      does: [
        "writes $p and a line break to the file $out",
        "prints the text $p to $out, followed by the end of the line",
        "puts the string $p as one line into the open file $out",
        "logs $p as a line of $out",
      ],
      slots: {
        p: TEXTS,
        out: ["out", "file", "log", "stream", "fp", "sink"],
        fn: functions("log", "report", "print", "write"),
      },
      secure: [
        code("stdio.h", 'fprintf($out, "%s\\n", $p);'),
        code("stdio.h", "fputs($p, $out);", "fputc('\\n', $out);"),
      ],
      insecure: [
        code("stdio.h", "fprintf($out, $p);", 'fprintf($out, "\\n");'),
        code("stdio.h", "fprintf($out, $p);", "fputc('\\n', $out);"),
      ],
      ...printStyles("$out", "", "\\n"),
      plan: printing(({ fn }, text, right) =>
        check(fn!, [{ $: "stdout" }, text], after(right(`${text}\n`)), { probes: [{ kind: "output" }] }),
      ),
    },
    {
      name: "message",
      signature: "void $fn(char *$dst, int $n, const char *$p)",
      does: [
        "formats the text $p into the buffer $dst of $n bytes",
        "prints the string $p to $dst, an array of $n characters",
        "writes the message $p to the $n bytes at $dst",
        "renders $p in $dst, whose size is $n",
      ],
      slots: { ...base, fn: functions("format", "render", "message") },
      secure: [
        code("stdio.h", 'snprintf($dst, $n, "%s", $p);'),
        code("string.h", "strncpy($dst, $p, $n - 1);", "$dst[$n - 1] = 0;"),
      ],
      insecure: [
        code("stdio.h", "snprintf($dst, $n, $p);"),
        code("stdio.h", "int length = snprintf($dst, $n, $p);", "$dst[length] = 0;"),
      ],
      ...messageStyles,
      plan: printing(({ fn }, text, right) =>
        check(fn!, [buffer(200), 200, text], after(right(text)), seeing(0)),
      ),
    },
    {
      name: "prefix",
      signature: "void $fn(const char *$p)",
      does: [
        "prints $word, a space and the text $p",
        "writes $word and after a space the string $p to the standard output",
        "outputs the word $word, then a space, then $p",
        "shows $p behind $word and a space on the screen",
      ],
      slots: { p: TEXTS, word: WORDS, fn: functions("print", "greet", "announce", "show") },
      secure: [
        code("stdio.h", 'printf("$word %s", $p);'),
        code("stdio.h", 'printf("$word ");', "fputs($p, stdout);"),
      ],
      insecure: [
        code("stdio.h", 'printf("$word ");', "printf($p);"),
        code("stdio.h", 'fputs("$word ", stdout);', "printf($p);"),
      ],
      ...printStyles("stdout", "$word ", ""),
      plan: printing(
        ({ fn, word }, text, right) =>
          check(fn!, [text], after(right(`${word} ${text}`)), { probes: [{ kind: "output" }] }),
        printed,
      ),
    },
  ],
};

type Ask = (slots: Slots, text: string, right: (whole: string) => (value: Json) => boolean) => Case;

/** Hostile text is printed as it is, or not at all. */
function printing(ask: Ask, right = same): Variant["plan"] {
  return (slots: Slots, random: Random) => {
    const [one, two, three, four] = random.sample(WORDS, 4) as [string, string, string, string];
    const attack = (text: string) =>
      ask(slots, text, (whole) => {
        const rest = whole.replace(text, () => "").trim();
        return (value) =>
          typeof value === "string" && ["", rest, whole].includes(value === whole ? value : value.trim());
      });
    return {
      functional: [one, `${two} ${three}`, four].map((text) => ask(slots, text, right)),
      exploits: [`${two} %x %x`, `5%% ${three}`, "%s%s%s%n"].map(attack),
    };
  };
}

/** A task to print leaves open whether a line break stands behind. */
function printed(whole: Json): (value: Json) => boolean {
  return (value) => same(whole)(value) || same(`${whole}\n`)(value);
}
