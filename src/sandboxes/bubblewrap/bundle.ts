import { dirname } from "node:path/posix";

export interface BundleFile {
  readonly path: string;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

const BLOCK = 512;

/** A tar archive (ustar, GNU long names) of files and of the folders above them: how files travel into the sandbox. */
export function tarBundle(files: Iterable<BundleFile>): Uint8Array {
  const parts: Uint8Array[] = [];
  const folders = new Set<string>();
  for (const file of files) {
    for (const folder of parents(file.path)) {
      if (folders.has(folder)) continue;
      folders.add(folder);
      parts.push(...entry(`${folder}/`, "5", 0o755, new Uint8Array()));
    }
    parts.push(...entry(file.path, "0", file.executable ? 0o755 : 0o644, file.data));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return Buffer.concat(parts);
}

function parents(path: string): string[] {
  const found: string[] = [];
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) found.unshift(folder);
  return found;
}

function entry(path: string, type: "0" | "5" | "L", mode: number, data: Uint8Array): Uint8Array[] {
  const name = Buffer.from(path);
  const long =
    name.length > 100 ? entry("././@LongLink", "L", 0o644, Buffer.concat([name, Buffer.alloc(1)])) : [];
  const header = Buffer.alloc(BLOCK);
  name.copy(header, 0, 0, 100);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108); // uid and gid: whoever unpacks owns it
  header.write(octal(0, 7), 116);
  header.write(octal(data.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar  \0", 257); // GNU magic, which long names need
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${octal(sum, 6)} `, 148);
  return [...long, header, data, new Uint8Array((BLOCK - (data.length % BLOCK)) % BLOCK)];
}

/** Zero-padded octal digits and a NUL. */
function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}
