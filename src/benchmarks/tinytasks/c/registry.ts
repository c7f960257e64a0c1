import type { Family } from "../family.ts";
import { bufferOverflow } from "./families/buffer-overflow.ts";

/** The C families. A new one is a file in `families/` and a line here. */
export const C_FAMILIES: readonly Family[] = [bufferOverflow];
