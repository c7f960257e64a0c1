import { joined, NOUNS, VALUES } from "../words.ts";

/** Pools that the C families share. No name is a C keyword or one that `tampering.ts` knows. */
export const TEXTS = VALUES;
export const BUFFERS = "dest dst out buffer copy store area place slot line".split(" ");
export const SIZES = "size n room capacity space limit bytes width".split(" ");
export const ARRAYS = [
  ..."items values numbers list array data scores prices".split(" "),
  ...NOUNS.map((noun) => `${noun}s`),
];
export const INDEXES = "i index pos k at slot_no item_no which".split(" ");
export const NUMBERS = [..."a x first left num base".split(" "), ...joined(NOUNS, ["count", "price"])];
export const OTHERS = [..."b y second right other extra".split(" "), ...joined(NOUNS, ["total", "limit"])];

/** Function names: a verb and a noun. */
export function functions(...verbs: readonly string[]): string[] {
  return joined(verbs, NOUNS);
}
