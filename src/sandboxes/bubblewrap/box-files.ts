import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { AppError } from "../../core/error.ts";

/** Parts of a path below /box. Throws RangeError-like AppError for absolute paths, `..`, empty parts and NUL. */
export function boxPath(path: string): string[] {
  const parts = path.split("/");
  const bad = parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0"));
  if (!bad && Buffer.byteLength(path) < 4096) return parts;
  throw new AppError("internal", `"${path}" is not a relative path below /box`, { boundary: "sandbox" });
}

/**
 * Reads a regular file below an open folder; null when there is none. Each part of the path is opened by itself and without
 * following links, so no link or rename made by the sandboxed program leads out.
 */
export function readBelow(folderFd: number, path: string, maxBytes: number): Uint8Array | null {
  const parts = boxPath(path);
  const opened: number[] = [];
  let at = folderFd;
  try {
    for (const [index, part] of parts.entries()) {
      const kind = index < parts.length - 1 ? constants.O_DIRECTORY : constants.O_NONBLOCK;
      at = openSync(`/proc/self/fd/${at}/${part}`, constants.O_RDONLY | constants.O_NOFOLLOW | kind);
      opened.push(at);
    }
    const stat = fstatSync(at);
    return stat.isFile() ? readAll(at, stat.size, maxBytes, path) : null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR" || code === "EACCES" || code === "ENXIO")
      return null;
    throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

function readAll(fd: number, size: number, maxBytes: number, path: string): Uint8Array {
  if (size > maxBytes) {
    throw new AppError(
      "sandbox-failed",
      `/box/${path} has ${size} bytes, more than the ${maxBytes} asked for`,
      {
        boundary: "sandbox",
      },
    );
  }
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const count = readSync(fd, bytes, length, size - length, length);
    if (count === 0) break; // it shrank meanwhile
    length += count;
  }
  return bytes.subarray(0, length);
}
