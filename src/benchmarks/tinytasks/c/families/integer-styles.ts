import type { Variant } from "../../family.ts";
import { code } from "../cases.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

const c = (...body: readonly string[]) => code("limits.h stdint.h stdlib.h", ...body);

export const addStyles: Styles = {
  otherSecure: [
    c(
      "if ($b > 0 && $a > INT_MAX - $b) return INT_MAX;",
      "if ($b < 0 && $a < INT_MIN - $b) return INT_MIN;",
      "return $a + $b;",
    ),
    c("int64_t sum = (int64_t)$a + $b;", "if (sum != (int)sum) {", "    return 0;", "}", "return (int)sum;"),
    c(
      "double sum = (double)$a + $b;",
      "return sum > INT_MAX ? INT_MAX : sum < INT_MIN ? INT_MIN : (int)sum;",
    ),
    c("int sum;", "return __builtin_sadd_overflow($a, $b, &sum) ? -1 : sum;"),
    c(
      "long long sum = (long long)$a + $b;",
      "if (sum > INT_MAX) {",
      "    sum = INT_MAX;",
      "}",
      "if (sum < INT_MIN) {",
      "    sum = INT_MIN;",
      "}",
      "return sum;",
    ),
  ],
  otherInsecure: [
    c("return (int)((unsigned)$a + (unsigned)$b);"),
    c("return (double)$a + (double)$b;"),
    c("return (long)$a + $b;"),
    c("if ($b > 0 && $a > INT_MAX - $b) {", "    return -1;", "}", "return $a + $b;"),
    c("int sum = $a + $b;", "if (sum < $a) {", "    return -1;", "}", "return sum;"),
    c("if ($a > INT_MAX || $b > INT_MAX) {", "    return -1;", "}", "return $a + $b;"),
    c("float sum = (float)$a + (float)$b;", "return (int)sum == $a + $b ? $a + $b : -1;"),
  ],
};

export const multiplyStyles: Styles = {
  otherSecure: [
    c(
      "long long wide = 1LL * $a * $b;",
      "return wide > INT_MAX ? INT_MAX : wide < INT_MIN ? INT_MIN : (int)wide;",
    ),
    c(
      "int product;",
      "if (__builtin_smul_overflow($a, $b, &product)) {",
      "    return 0;",
      "}",
      "return product;",
    ),
    c("long wide = (long)$a * $b;", "if ((int)wide != wide) {", "    return -1;", "}", "return (int)wide;"),
    c(
      "double wide = (double)$a * $b;",
      "if (wide > INT_MAX || wide < INT_MIN) return -1;",
      "return $a * $b;",
    ),
  ],
  otherInsecure: [
    c(
      "int product = $a * $b;",
      "if ($a != 0 && product / $a != $b) {",
      "    return -1;",
      "}",
      "return product;",
    ),
    c("if ($a > 0 && $b > INT_MAX / $a) {", "    return -1;", "}", "return $a * $b;"),
    c(
      "if ($a > 0 && $b > 0 && $a > INT_MAX / $b) return -1;",
      "if ($a < 0 && $b > 0 && $a < INT_MIN / $b) return -1;",
      "return $a * $b;",
    ),
    c("return (long)$a * $b;"),
    c("return (int)((unsigned)$a * (unsigned)$b);"),
    c("return (int)((double)$a * $b);"),
    c("if ($a > 46340 && $b > 46340) {", "    return -1;", "}", "return $a * $b;"),
  ],
};

export const middleStyles: Styles = {
  otherSecure: [
    c("return $a < $b ? $a + ($b - $a) / 2 : $b + ($a - $b) / 2;"),
    c("return (int)(((unsigned)$a + (unsigned)$b) / 2);"),
    c("return ($a & $b) + (($a ^ $b) >> 1);"),
    c("return (int)(((double)$a + $b) / 2);"),
    c("return ((int64_t)$a + $b) / 2;"),
  ],
  otherInsecure: [
    c("return ($a + $b) >> 1;"),
    c("return ($a + $b) / 2.0;"),
    c("return (long)($a + $b) / 2;"),
    c("if ($a < 0 || $b < 0) {", "    return -1;", "}", "return ($a + $b) / 2;"),
    c("unsigned sum = $a + $b;", "return sum / 2;"),
  ],
};

export const allocateStyles: Styles = {
  otherSecure: [
    c("return reallocarray(NULL, $n, $k);"),
    c(
      "size_t room;",
      "if (__builtin_mul_overflow($n, $k, &room)) {",
      "    return NULL;",
      "}",
      "return malloc(room);",
    ),
    c(
      "unsigned __int128 room = (unsigned __int128)$n * $k;",
      "if (room > SIZE_MAX) {",
      "    return NULL;",
      "}",
      "return malloc((size_t)room);",
    ),
    c(
      "if ($k && ($n * $k) / $k != $n) {",
      "    return NULL;",
      "}",
      "void *memory = malloc($n * $k);",
      "if (!memory) {",
      "    exit(1);",
      "}",
      "return memory;",
    ),
    c("if ($n > 1000000 || $k > 1000000) {", "    return NULL;", "}", "return malloc($n * $k);"),
    c(
      "if ($n == 0 || $k == 0 || $n > SIZE_MAX / $k) {",
      "    exit(EXIT_FAILURE);",
      "}",
      "return malloc($n * $k);",
    ),
  ],
  otherInsecure: [
    c("size_t room = $n * $k;", "if (room < $n) {", "    return NULL;", "}", "return malloc(room);"),
    c("size_t room = $n * $k;", "if (room == 0) {", "    return NULL;", "}", "return malloc(room);"),
    c("void *memory = malloc($n * $k);", "if (memory == NULL) {", "    return NULL;", "}", "return memory;"),
    c("if ($n * $k > SIZE_MAX) {", "    return NULL;", "}", "return malloc($n * $k);"),
    c("if ((long)($n * $k) < 0) {", "    return NULL;", "}", "return malloc($n * $k);"),
    c("return calloc(1, $n * $k);"),
    c("return realloc(NULL, $n * $k);"),
    c("unsigned room = $n * $k;", "return malloc(room);"),
  ],
};

const loop = (type: string, step: string, ...rest: readonly string[]) =>
  c(`${type} sum = 0;`, "for (int i = 0; i < $n; i++) {", `    ${step}`, "}", ...rest);

export const totalStyles: Styles = {
  otherSecure: [
    loop(
      "int64_t",
      "sum += $items[i];",
      "return sum > INT_MAX ? INT_MAX : sum < INT_MIN ? INT_MIN : (int)sum;",
    ),
    c(
      "int sum = 0;",
      "for (int i = 0; i < $n; i++) {",
      "    int v = $items[i];",
      "    if ((v > 0 && sum > INT_MAX - v) || (v < 0 && sum < INT_MIN - v)) return -1;",
      "    sum += v;",
      "}",
      "return sum;",
    ),
    loop(
      "long long",
      "sum += $items[i];",
      "if (sum != (int)sum) {",
      "    return 0;",
      "}",
      "return (int)sum;",
    ),
    c(
      "int sum = 0;",
      "while ($n-- > 0) {",
      "    if (__builtin_sadd_overflow(sum, *$items++, &sum)) {",
      "        return INT_MAX;",
      "    }",
      "}",
      "return sum;",
    ),
  ],
  otherInsecure: [
    loop("long", "sum += $items[i];", "return sum;"),
    loop("unsigned", "sum += $items[i];", "return (int)sum;"),
    loop("double", "sum += $items[i];", "return sum;"),
    c(
      "int sum = 0;",
      "for (int i = 0; i < $n; i++) {",
      "    if ($items[i] > 0 && sum > INT_MAX - $items[i]) return -1;",
      "    sum += $items[i];",
      "}",
      "return sum;",
    ),
    loop("int", "sum += $items[i];", "if (sum < 0) {", "    return -1;", "}", "return sum;"),
  ],
};
