const gramLength = 8;
/** Shorter ones (`x` for a local server) protect nothing, and removing them would make messages unreadable. */
const minLength = 4;
const mask = "[redacted]";

/**
 * `text` without the secrets and without any part of them of eight characters or more, whatever the case: providers echo keys
 * in error messages, often cut or in the middle of something else. Also removes what follows `Bearer`.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text.replace(/\b(bearer)\s+[^\s"',;]+/gi, `$1 ${mask}`);
  for (const secret of secrets) clean = redactOne(clean, secret);
  return clean;
}

function redactOne(text: string, secret: string): string {
  if (secret.length < minLength) return text;
  const needle = secret.toLowerCase();
  const size = Math.min(gramLength, needle.length);
  const grams = new Set<string>();
  for (let i = 0; i + size <= needle.length; i++) grams.add(needle.slice(i, i + size));
  let clean = "";
  let kept = 0;
  for (let i = 0; i + size <= text.length; ) {
    if (!grams.has(text.slice(i, i + size).toLowerCase())) {
      i++;
      continue;
    }
    clean += text.slice(kept, i) + mask;
    let end = i + size;
    while (end < text.length && grams.has(text.slice(end - size + 1, end + 1).toLowerCase())) end++;
    kept = end;
    i = end;
  }
  return clean + text.slice(kept);
}
