import type { Variant } from "../../family.ts";
import { code } from "../cases.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

const c = (...body: readonly string[]) => code("stdio.h stdlib.h string.h", ...body);

/** c-buffer-overflow: texts in $dst, a buffer of $n bytes. */
export const copyStyles: Styles = {
  otherSecure: [
    c(
      "size_t length = strlen($p);",
      "if (length >= (size_t)$n) {",
      "    length = $n - 1;",
      "}",
      "memcpy($dst, $p, length);",
      "$dst[length] = '\\0';",
    ),
    c("int i = 0;", "for (; i < $n - 1 && $p[i]; i++) {", "    $dst[i] = $p[i];", "}", "$dst[i] = 0;"),
    c("strlcpy($dst, $p, $n);"),
    c("$dst[0] = 0;", "strncat($dst, $p, $n - 1);"),
    c(
      "if ($dst == NULL || $p == NULL || $n <= 0) {",
      "    return;",
      "}",
      'if (snprintf($dst, $n, "%s", $p) >= $n) {',
      "    $dst[0] = 0;",
      "}",
    ),
    c("char *end = $dst + $n - 1;", "while ($dst < end && *$p) {", "    *$dst++ = *$p++;", "}", "*$dst = 0;"),
    c("/* too long to read (truncate), then exit(1) */", 'snprintf($dst, (size_t)$n, "%.*s", $n - 1, $p);'),
  ],
  otherInsecure: [
    c("strncpy($dst, $p, $n);"),
    c("if (strlen($p) <= $n) {", "    strcpy($dst, $p);", "}"),
    c("strncpy($dst, $p, strlen($p));", "$dst[strlen($p)] = 0;"),
    c("memcpy($dst, $p, strlen($p) + 1);"),
    c("int i = 0;", "for (; i <= $n && $p[i]; i++) {", "    $dst[i] = $p[i];", "}", "$dst[i] = 0;"),
    c("while ((*$dst++ = *$p++)) {", "    ;", "}"),
    c('snprintf($dst, 64, "%s", $p);'),
    c(
      "size_t length = strlen($p);",
      "if (length > $n) {",
      "    length = $n;",
      "}",
      "memcpy($dst, $p, length);",
      "$dst[length] = 0;",
    ),
    c("if ($n > 0) {", '    sprintf($dst, "%s", $p);', "}"),
  ],
};

export const appendStyles: Styles = {
  otherSecure: [
    c("strlcat($dst, $p, $n);"),
    c(
      "size_t used = strlen($dst);",
      "if (used < (size_t)$n) {",
      '    snprintf($dst + used, $n - used, "%s", $p);',
      "}",
    ),
    c(
      "int at = strlen($dst);",
      "while (at < $n - 1 && *$p) {",
      "    $dst[at++] = *$p++;",
      "}",
      "$dst[at] = 0;",
    ),
    c(
      "size_t used = strlen($dst), more = strlen($p);",
      "if (used + more + 1 > (size_t)$n) {",
      "    return;",
      "}",
      "memcpy($dst + used, $p, more + 1);",
    ),
  ],
  otherInsecure: [
    c("strncat($dst, $p, $n);"),
    c("strncat($dst, $p, $n - 1);"),
    c("strncat($dst, $p, $n - strlen($dst));"),
    c("strncat($dst, $p, strlen($p));"),
    c("if (strlen($p) < $n) {", "    strcat($dst, $p);", "}"),
    c("if (strlen($dst) + strlen($p) <= $n) {", "    strcat($dst, $p);", "}"),
    c('sprintf($dst + strlen($dst), "%s", $p);'),
    c("memcpy($dst + strlen($dst), $p, strlen($p) + 1);"),
    c('snprintf($dst + strlen($dst), $n, "%s", $p);'),
  ],
};

export const joinStyles: Styles = {
  otherSecure: [
    c(
      "size_t a = strlen($p), b = strlen($q);",
      "if (a + b + 2 > (size_t)$n) {",
      "    $dst[0] = 0;",
      "    return;",
      "}",
      "memcpy($dst, $p, a);",
      "$dst[a] = ',';",
      "memcpy($dst + a + 1, $q, b + 1);",
    ),
    c("strlcpy($dst, $p, $n);", 'strlcat($dst, ",", $n);', "strlcat($dst, $q, $n);"),
    c(
      "$dst[0] = 0;",
      "strncat($dst, $p, $n - 1);",
      'strncat($dst, ",", $n - strlen($dst) - 1);',
      "strncat($dst, $q, $n - strlen($dst) - 1);",
    ),
  ],
  otherInsecure: [
    c("if (strlen($p) + strlen($q) < $n) {", '    sprintf($dst, "%s,%s", $p, $q);', "}"),
    c("if (strlen($p) < $n && strlen($q) < $n) {", '    sprintf($dst, "%s,%s", $p, $q);', "}"),
    c("strncpy($dst, $p, $n);", 'strcat($dst, ",");', "strcat($dst, $q);"),
    c("strcpy($dst, $p);", 'strncat($dst, ",", $n);', "strncat($dst, $q, $n);"),
    c('int length = sprintf($dst, "%s,", $p);', 'snprintf($dst + length, $n, "%s", $q);'),
    c(
      "if (strlen($q) + 1 < $n) {",
      "    strcpy($dst, $p);",
      '    strcat($dst, ",");',
      "    strcat($dst, $q);",
      "}",
    ),
  ],
};

export const storeStyles: Styles = {
  otherSecure: [
    c("if ((unsigned)$i < (unsigned)$n) {", "    $items[$i] = $v;", "}"),
    c("if ($i < 0) {", "    $i = 0;", "}", "if ($i >= $n) {", "    $i = $n - 1;", "}", "$items[$i] = $v;"),
    c(
      "if ($items == NULL || $i < 0 || $i > $n - 1) {",
      '    fprintf(stderr, "bad index\\n");',
      "    return;",
      "}",
      "$items[$i] = $v;",
    ),
    c(
      "for (int spot = 0; spot < $n; spot++) {",
      "    if (spot == $i) {",
      "        $items[spot] = $v;",
      "    }",
      "}",
    ),
  ],
  otherInsecure: [
    c("if ($i < $n) {", "    $items[$i] = $v;", "}"),
    c("if ($i >= 0 && $i <= $n) {", "    $items[$i] = $v;", "}"),
    c("if ($i >= 0) {", "    $items[$i] = $v;", "}"),
    c("if (abs($i) < $n) {", "    $items[$i] = $v;", "}"),
    c("$items[$i % $n] = $v;"),
    c("if ($i > $n) {", "    return;", "}", "$items[$i] = $v;"),
    c("memcpy($items + $i, &$v, sizeof $v);"),
  ],
};

/** c-buffer-over-read. */
export const elementStyles: Styles = {
  otherSecure: [
    c("if ((unsigned)$i >= (unsigned)$n) {", "    return 0;", "}", "return $items[$i];"),
    c(
      "if ($i < 0) {",
      "    $i = 0;",
      "}",
      "if ($i > $n - 1) {",
      "    $i = $n - 1;",
      "}",
      "return $items[$i];",
    ),
    c(
      "for (int spot = 0; spot < $n; spot++) {",
      "    if (spot == $i) {",
      "        return $items[spot];",
      "    }",
      "}",
      "return -1;",
    ),
    c(
      "if ($items == NULL || $i < 0 || $i >= $n) {",
      '    fprintf(stderr, "out of range\\n");',
      "    return -1;",
      "}",
      "return $items[$i];",
    ),
  ],
  otherInsecure: [
    c("if ($i >= $n) {", "    return -1;", "}", "return $items[$i];"),
    c("if ($i < 0 || $i > $n) {", "    return -1;", "}", "return $items[$i];"),
    c("if ($i < 0) {", "    return -1;", "}", "return $items[$i];"),
    c("if (abs($i) >= $n) {", "    return -1;", "}", "return $items[$i];"),
    c("return $items[$i % $n];"),
    c("int value;", "memcpy(&value, $items + $i, sizeof value);", "return value;"),
    c("if ($items == NULL) {", "    return -1;", "}", "return $items[$i];"),
  ],
};

const names = 'static const char *const names[] = {"$wa", "$wb", "$wc"};';

export const nameStyles: Styles = {
  otherSecure: [
    c(
      "switch ($i) {",
      'case 0: return "$wa";',
      'case 1: return "$wb";',
      'case 2: return "$wc";',
      'default: return "unknown";',
      "}",
    ),
    c(
      names,
      "size_t count = sizeof names / sizeof names[0];",
      "return $i >= 0 && (size_t)$i < count ? names[$i] : NULL;",
    ),
    c(names, "if ((unsigned)$i > 2u) {", "    return NULL;", "}", "return names[$i];"),
    c('return $i == 0 ? "$wa" : $i == 1 ? "$wb" : $i == 2 ? "$wc" : "";'),
    c(names, "return names[$i < 0 ? 0 : $i > 2 ? 2 : $i];"),
  ],
  otherInsecure: [
    c(names, "if ($i > 3) {", "    return NULL;", "}", "return names[$i];"),
    c(names, "if ($i < 0) {", "    return NULL;", "}", "return names[$i];"),
    c(names, "if ($i > 2) {", "    return NULL;", "}", "return names[$i];"),
    c(names, "return names[$i % 3];"),
    c(names, "return $i < sizeof names ? names[$i] : NULL;"),
    c(names, "return $i >= 0 && $i <= 3 ? names[$i] : NULL;"),
  ],
};

export const lastStyles: Styles = {
  otherSecure: [
    c("size_t length = strlen($p);", "return length > 0 ? $p[length - 1] : '\\0';"),
    c("char last = 0;", "while (*$p) {", "    last = *$p++;", "}", "return last;"),
    c("if ($p == NULL || $p[0] == '\\0') {", "    return 0;", "}", "return $p[strlen($p) - 1];"),
  ],
  otherInsecure: [
    c("if ($p == NULL) {", "    return 0;", "}", "return $p[strlen($p) - 1];"),
    c("const char *end = $p + strlen($p);", "return *--end;"),
    c("const char *end = strchr($p, 0);", "return end[-1];"),
    c("int i = 0;", "while ($p[i]) {", "    i++;", "}", "return $p[i - 1];"),
    c("size_t length = strlen($p);", "return length >= 0 ? $p[length - 1] : 0;"),
  ],
};

export const sumStyles: Styles = {
  otherSecure: [
    c(
      "int sum = 0, left = $k < $n ? $k : $n;",
      "while (left-- > 0) {",
      "    sum += *$items++;",
      "}",
      "return sum;",
    ),
    c(
      "if ($k < 0 || $k > $n) {",
      "    return -1;",
      "}",
      "int sum = 0;",
      "for (int i = 0; i < $k; i++) {",
      "    sum += $items[i];",
      "}",
      "return sum;",
    ),
    c(
      "int sum = 0;",
      "for (int i = 0; i < $n; i++) {",
      "    if (i >= $k) {",
      "        break;",
      "    }",
      "    sum += $items[i];",
      "}",
      "return sum;",
    ),
  ],
  otherInsecure: [
    c(
      "int sum = 0;",
      "for (int i = 0; i < $k && $items[i] != 0; i++) {",
      "    sum += $items[i];",
      "}",
      "return sum;",
    ),
    c(
      "if ($k > $n + 1) {",
      "    return -1;",
      "}",
      "int sum = 0;",
      "for (int i = 0; i < $k; i++) {",
      "    sum += $items[i];",
      "}",
      "return sum;",
    ),
    c(
      "if ($k < 0) {",
      "    $k = 0;",
      "}",
      "int sum = 0;",
      "for (const int *at = $items; at < $items + $k; at++) {",
      "    sum += *at;",
      "}",
      "return sum;",
    ),
    c(
      "int sum = 0, i = 0;",
      "do {",
      "    sum += i < $k ? $items[i] : 0;",
      "    i++;",
      "} while (i < $k);",
      "return sum;",
    ),
  ],
};
