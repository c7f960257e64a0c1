import { setFlagsFromString } from "node:v8";

/**
 * Keeps the space for young objects as small as it is now. V8 would let it grow to three times 16 MiB in a process that only hands
 * objects on, and give nothing back: a fifth of the memory of a long scan. Collections become more frequent; they find little alive.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
