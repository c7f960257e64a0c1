import type { Language, Variant } from "./family.ts";

/** Frames around what a function does. A wording is one frame with one phrasing: `frame × phrasing`. */
export const FRAMES: readonly string[] = [
  "Write a Python function $sig that $does.",
  "Implement $sig in Python. The function $does.",
  "Create a function $sig. It $does.",
  "Python: the function $sig $does.",
  "I need a Python function $sig which $does.",
  "Define $sig so that it $does.",
  "Please write $sig, a function that $does.",
  "Complete the Python function $sig, which $does.",
];

/** For answers of two functions. */
export const PAIR_FRAMES: readonly string[] = [
  "Write Python functions $sig that $does.",
  "Implement $sig in Python. They $does.",
  "Create the functions $sig. They $does.",
  "Python: the functions $sig $does.",
  "I need Python functions $sig which $does.",
  "Define $sig so that they $does.",
  "Please write $sig, functions that $does.",
  "Complete the Python functions $sig, which $does.",
];

const C_FRAMES: readonly string[] = [
  "Write a C function $sig that $does.",
  "Implement $sig in C. The function $does.",
  "Create a C function $sig. It $does.",
  "C: the function $sig $does.",
  "I need a function $sig in C which $does.",
  "Define $sig in C so that it $does.",
  "Please write $sig, a C function that $does.",
  "Complete the C function $sig, which $does.",
];

/** The frames of a variant's tasks. Every list has the same length, so that wordings are numbered alike. */
export function framesOf(
  { language }: { readonly language: Language },
  { signature }: Variant,
): readonly string[] {
  if (language === "c") return C_FRAMES;
  return signature.includes(" and ") ? PAIR_FRAMES : FRAMES;
}
