import type { Variant } from "../../family.ts";
import { code } from "../cases.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

const c = (...body: readonly string[]) => code("stdio.h stdlib.h string.h unistd.h", ...body);

/** To `stream`: `head` before and `tail` behind the text, as they stand in a C literal. */
export function printStyles(stream: string, head: string, tail: string): Styles {
  const put = (text: string) => (text === "" ? [] : [`fputs("${text}", ${stream});`]);
  const around = (...lines: readonly string[]) => c(...put(head), ...lines, ...put(tail));
  return {
    otherSecure: [
      around(`for (; *$p; $p++) {`, `    fputc(*$p, ${stream});`, "}"),
      around(`fwrite($p, 1, strlen($p), ${stream});`),
      around(`fprintf(${stream}, "%.*s", (int)strlen($p), $p);`),
      c(
        "if ($p == NULL) {",
        "    return;",
        "}",
        `fprintf(${stream}, "${head}%s${tail}", $p);`,
        `fflush(${stream});`,
      ),
      c(
        "if (strchr($p, '%')) {",
        '    fprintf(stderr, "no formats\\n");',
        "    return;",
        "}",
        `fprintf(${stream}, "${head}%s${tail}", $p);`,
      ),
    ],
    otherInsecure: [
      around("char text[400];", 'snprintf(text, sizeof text, "%s", $p);', `fprintf(${stream}, text);`),
      c(
        "char format[400];",
        `snprintf(format, sizeof format, "${head}%s${tail}", $p);`,
        `fprintf(${stream}, format);`,
      ),
      around('if (strstr($p, "%n")) {', "    return;", "}", `fprintf(${stream}, $p);`),
      around('if (strstr($p, "%s") || strstr($p, "%n")) {', "    return;", "}", `fprintf(${stream}, $p);`),
      around(`fprintf(${stream}, $p, "", "", "");`),
      around("if (strlen($p) < 200) {", `    fprintf(${stream}, $p);`, "}"),
      around("const char *format = $p;", `fprintf(${stream}, format);`),
    ],
  };
}

export const messageStyles: Styles = {
  otherSecure: [
    c(
      "size_t length = strlen($p);",
      "if (length >= (size_t)$n) {",
      "    length = $n - 1;",
      "}",
      "memcpy($dst, $p, length);",
      "$dst[length] = 0;",
    ),
    c("strlcpy($dst, $p, $n);"),
    c('if ($n > 0 && snprintf($dst, $n, "%s", $p) < 0) {', "    $dst[0] = 0;", "}"),
  ],
  otherInsecure: [
    c("if ($n > 0) {", "    snprintf($dst, $n, $p);", "}"),
    c('if (strstr($p, "%n") == NULL) {', "    snprintf($dst, $n, $p);", "}"),
    c("char format[400];", "strcpy(format, $p);", "snprintf($dst, $n, format);"),
    c('snprintf($dst, $n, $p, "", 0);'),
    c("if (strlen($p) < (size_t)$n) {", "    sprintf($dst, $p);", "}"),
  ],
};
