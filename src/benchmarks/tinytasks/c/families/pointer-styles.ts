import type { Variant } from "../../family.ts";
import { code } from "../cases.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

const c = (...body: readonly string[]) => code("stdio.h stdlib.h string.h", ...body);

/** c-null-dereference. */
export const lengthStyles: Styles = {
  otherSecure: [
    c("if (!$p) {", '    fprintf(stderr, "no text\\n");', "    return -1;", "}", "return (int)strlen($p);"),
    c("int count = 0;", "while ($p && $p[count]) {", "    count++;", "}", "return count;"),
    c("return $p == NULL ? -1 : (int)strnlen($p, 100000);"),
  ],
  otherInsecure: [
    c('if (strcmp($p, "") == 0) {', "    return 0;", "}", "return strlen($p);"),
    c("if (*$p == 0) {", "    return 0;", "}", "return strlen($p);"),
    c("const char *at = $p;", "while (*at) {", "    at++;", "}", "return at - $p;"),
    c("int count = 0;", "for (; $p[count] != '\\0'; count++) {", "}", "return count;"),
    c("int length = strlen($p);", "if ($p == NULL) {", "    return 0;", "}", "return length;"),
    c("return (int)strnlen($p, 1000);"),
  ],
};

export const cutStyles: Styles = {
  otherSecure: [
    c("$p[strcspn($p, \"$mark\")] = '\\0';"),
    c(
      "for (; *$p; $p++) {",
      "    if (*$p == '$mark') {",
      "        *$p = 0;",
      "        return;",
      "    }",
      "}",
    ),
    c('char *end = strstr($p, "$mark");', "if (end) *end = '\\0';"),
    c(
      "if ($p == NULL) {",
      "    return;",
      "}",
      "char *end = memchr($p, '$mark', strlen($p));",
      "if (end != NULL) {",
      "    end[0] = 0;",
      "}",
    ),
  ],
  otherInsecure: [
    c('*strstr($p, "$mark") = 0;'),
    c("if ($p != NULL) {", "    *strchr($p, '$mark') = 0;", "}"),
    c("if (strlen($p) > 0) {", "    *strchr($p, '$mark') = 0;", "}"),
    c("int i = 0;", "while ($p[i] != '$mark') {", "    i++;", "}", "$p[i] = 0;"),
    c("char *end = strchr($p, '$mark');", "if (*end) {", "    *end = 0;", "}"),
    c('char *end = strpbrk($p, "$mark");', "end[0] = '\\0';"),
  ],
};

export const behindStyles: Styles = {
  otherSecure: [
    c('size_t at = strcspn($p, "$mark");', "return $p[at] ? $p + at + 1 : NULL;"),
    c("while (*$p && *$p != '$mark') {", "    $p++;", "}", "return *$p ? $p + 1 : $p;"),
    c('const char *found = strstr($p, "$mark");', "if (!found) return $p;", "return found + 1;"),
    c(
      "if (!$p) {",
      "    return NULL;",
      "}",
      'const char *found = strpbrk($p, "$mark");',
      "return found == NULL ? NULL : &found[1];",
    ),
  ],
  otherInsecure: [
    c('return strstr($p, "$mark") + 1;'),
    c('return $p + strcspn($p, "$mark") + 1;'),
    c("while (*$p != '$mark') {", "    $p++;", "}", "return $p + 1;"),
    c("if ($p == NULL) {", "    return NULL;", "}", "return strchr($p, '$mark') + 1;"),
    c("const char *found = strchr($p, '$mark');", "return *found ? found + 1 : NULL;"),
    c(
      "const char *found = strchr($p, '$mark');",
      "found++;",
      "if (found == NULL) {",
      "    return NULL;",
      "}",
      "return found;",
    ),
  ],
};

export const roomStyles: Styles = {
  otherSecure: [
    c(
      "char *text = malloc($n);",
      "if (!text) {",
      '    perror("malloc");',
      "    exit(1);",
      "}",
      "*text = 0;",
      "return text;",
    ),
    c("char *text = malloc($n);", "if (text) *text = '\\0';", "return text;"),
    c(
      "if ($n == 0 || $n > 1000000) {",
      "    return NULL;",
      "}",
      "char *text = malloc($n);",
      "if (text != NULL) {",
      "    memset(text, 0, $n);",
      "}",
      "return text;",
    ),
    c(
      "char *text = realloc(NULL, $n);",
      "if (text == NULL) {",
      '    fprintf(stderr, "no memory\\n");',
      "    exit(EXIT_FAILURE);",
      "}",
      "text[0] = 0;",
      "return text;",
    ),
  ],
  otherInsecure: [
    c("char *text = malloc($n);", "memset(text, 0, $n);", "return text;"),
    c('return strcpy(malloc($n), "");'),
    c("char *text = malloc($n);", "if ($n > 0) {", "    text[0] = 0;", "}", "return text;"),
    c(
      "char *text = malloc($n);",
      "*text = 0;",
      "if (text == NULL) {",
      "    return NULL;",
      "}",
      "return text;",
    ),
    c("char *text = calloc($n, 1);", "text[0] = '\\0';", "return text;"),
    c(
      "if ($n == 0) {",
      "    return NULL;",
      "}",
      "char *text = malloc($n);",
      'sprintf(text, "%s", "");',
      "return text;",
    ),
  ],
};

/** c-use-after-free. */
export const replaceStyles: Styles = {
  otherSecure: [
    c(
      "size_t length = strlen($p) + 1;",
      "char *copy = malloc(length);",
      "if (!copy) return NULL;",
      "memcpy(copy, $p, length);",
      "if ($old) free($old);",
      "return copy;",
    ),
    c(
      "char *copy = calloc(strlen($p) + 1, 1);",
      "if (copy != NULL) {",
      "    strcpy(copy, $p);",
      "}",
      "free($old);",
      "return copy;",
    ),
    c(
      "if ($p == $old) {",
      "    return $old;",
      "}",
      "char *copy = strdup($p);",
      "free($old);",
      "return copy;",
    ),
  ],
  otherInsecure: [
    c("free($old);", "$old = NULL;", "return strdup($p);"),
    c(
      "if ($old != NULL) {",
      "    free($old);",
      "}",
      "char *copy = malloc(strlen($p) + 1);",
      "return copy ? strcpy(copy, $p) : NULL;",
    ),
    c(
      "free($old);",
      "size_t length = strlen($p) + 1;",
      "char *copy = malloc(length);",
      "memcpy(copy, $p, length);",
      "return copy;",
    ),
    c(
      "size_t length = strlen($p) + 1;",
      "free($old);",
      "char *copy = malloc(length);",
      "memcpy(copy, $p, length);",
      "return copy;",
    ),
    c(
      "if ($p != $old) {",
      "    free($old);",
      "    return strdup($p);",
      "}",
      "free($old);",
      "return strdup($p);",
    ),
  ],
};

export const releaseStyles: Styles = {
  otherSecure: [
    c("if ($p && *$p) {", "    free(*$p);", "    *$p = NULL;", "}"),
    c("if ($p == NULL) {", "    return;", "}", "free(*$p);", "*$p = 0;"),
    c("char *text = *$p;", "if (text != NULL) {", "    free(text);", "}", "*$p = NULL;"),
  ],
  otherInsecure: [
    c("free(*$p);", "$p = NULL;"),
    c("if (*$p != NULL) {", "    free(*$p);", "}"),
    c("if ($p && *$p) {", "    free(*$p);", "    $p = 0;", "}"),
    c("char *text = *$p;", "free(text);", "text = NULL;"),
    c("if ($p) free(*$p);"),
  ],
};

export const assignStyles: Styles = {
  otherSecure: [
    c("char *old = *$to;", "*$to = $p;", "if (old != $p) free(old);"),
    c(
      "if ($to == NULL || *$to == $p) {",
      "    return;",
      "}",
      "if (*$to) {",
      "    free(*$to);",
      "}",
      "*$to = $p;",
    ),
  ],
  otherInsecure: [
    c("if (*$to) {", "    free(*$to);", "}", "*$to = $p;"),
    c("free(*$to);", "*$to = NULL;", "*$to = $p;"),
    c("if ($to != NULL && $p != NULL) {", "    free(*$to);", "    *$to = $p;", "}"),
    c("char *old = *$to;", "*$to = $p;", "if (old) free(old);"),
  ],
};

export const keepStyles: Styles = {
  otherSecure: [
    c("if ($old != NULL && $old != $p) {", "    free($old);", "}", "return $p;"),
    c("$old == $p ? (void)0 : free($old);", "return $p;"),
  ],
  otherInsecure: [
    c("if ($old) {", "    free($old);", "}", "return $p;"),
    c("free($old);", "$old = NULL;", "return $p;"),
    c("if ($p != NULL) {", "    free($old);", "}", "return $p;"),
    c("if ($p) free($old);", "return $p ? $p : NULL;"),
  ],
};
