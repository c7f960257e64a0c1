/** `CWE-79` for `CWE-79`, `cwe-079`, `CWE 79`, `cwe_79`, `79` and 79; undefined for anything else. */
export function normalizeCwe(id: string | number): string | undefined {
  const digits = /^\s*(?:cwe[-_ :]?)?0*(\d{1,5})\s*$/i.exec(String(id))?.[1];
  return digits === undefined || digits === "0" ? undefined : `CWE-${digits}`;
}
