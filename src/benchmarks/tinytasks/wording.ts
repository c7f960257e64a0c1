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
