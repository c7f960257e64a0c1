/**
 * Characters on whose classes Python's `re` and our expressions agree, whatever Unicode version each has: long assigned blocks, less
 * the four that fold to an ASCII letter (İ, ı, ſ, K). Checked for every code point against the system's Python by a test.
 */
const agreed =
  /^(?:[\0-\u012f\u0132-\u017e\u0180-\u024f\u0391-\u03a1\u03a3-\u03c9\u0400-\u052f\u2000-\u2027\u202a-\u205e\u20ac\u2190-\u2426\u2460-\u2b4f\u3000-\u303f\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fa5\uac00-\ud7a3\ufeff\uff01-\uffbe\ufffd]|[\u0300-\u036f]|[\u{1f300}-\u{1f6d2}\u{1f900}-\u{1f9ff}])*$/u;

/** True when an in-process search of this text gives what Python would give. */
export function isAgreed(text: string): boolean {
  return agreed.test(text);
}

/** True for ASCII alone, where the simpler classes do. */
export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
