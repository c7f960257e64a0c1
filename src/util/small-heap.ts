import { setFlagsFromString } from "node:v8";

/**
 * Keeps the space for young objects as small as it is now. V8 lets it grow in a process that only hands objects on, and gives nothing
 * back: a quarter of the memory of a long scan (docs/decisions/0012). Collections become more frequent; they find little alive.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
