import type { Family } from "../family.ts";
import { cArrays } from "./families/arrays.ts";
import { bufferOverRead } from "./families/buffer-over-read.ts";
import { bufferOverflow } from "./families/buffer-overflow.ts";
import { formatString } from "./families/format-string.ts";
import { integerOverflow } from "./families/integer-overflow.ts";
import { nullDereference } from "./families/null-dereference.ts";
import { cNumbers } from "./families/numbers.ts";
import { useAfterFree } from "./families/use-after-free.ts";

/** The C families. A new one is a file in `families/` and a line here. */
export const C_FAMILIES: readonly Family[] = [
  bufferOverflow,
  integerOverflow,
  formatString,
  bufferOverRead,
  nullDereference,
  useAfterFree,
  cArrays,
  cNumbers,
];
