import { join } from "node:path";
import { AppError, isAppError, messageOf } from "../core/error.ts";

/** SQLite could not grow its shared-memory file: what a full disk gives while a store is opened. */
const SQLITE_IOERR_SHMSIZE = 4874;

const UNWRITABLE_HINT =
  "it must be a folder that this user may write; another is chosen with `--store DIR` or SECTUNE_HOME";

/** For a store, or a folder above it, that is a file. */
export function notAFolder(root: string, cause: unknown): AppError {
  return new AppError("store-unwritable", `the store ${root} is not a folder`, {
    boundary: "store",
    hint: UNWRITABLE_HINT,
    cause,
  });
}

/** For a folder that holds other things: a store empties `tmp` and, in `sectune gc`, more. */
export function notAStore(root: string): AppError {
  return new AppError("store-unwritable", `${root} is not a store: it holds other things`, {
    boundary: "store",
    hint: `give a folder of its own, such as \`--store ${join(root, ".sectune")}\`; what is in a store may be removed`,
  });
}

/** Turns a file-system or SQLite failure in the store into an AppError that says what to do. */
export function storeError(cause: unknown, root: string): unknown {
  if (isAppError(cause)) return cause;
  const text = messageOf(cause);
  const code = (cause as { code?: string }).code ?? "";
  const sqliteCode = (cause as { errcode?: number }).errcode;
  if (
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    sqliteCode === SQLITE_IOERR_SHMSIZE ||
    /database or disk is full/i.test(text)
  ) {
    return new AppError("store-full", `the disk that holds ${root} is full`, {
      boundary: "store",
      hint: "free space (`sectune gc` removes what no run needs) and run the same command again: finished work is kept",
      cause,
    });
  }
  if (
    ["EROFS", "EACCES", "EPERM"].includes(code) ||
    /readonly database|unable to open database/i.test(text)
  ) {
    return new AppError("store-unwritable", `the store ${root} cannot be written: ${text}`, {
      boundary: "store",
      hint: UNWRITABLE_HINT,
      cause,
    });
  }
  if (/malformed|not a database/i.test(text)) return storeCorrupt(root, text, cause);
  if (/database is (locked|busy)/i.test(text)) {
    return new AppError("store-locked", `the store ${root} is busy: ${text}`, {
      boundary: "store",
      hint: "another program holds it open; end that one and run the same command again",
      retryable: true,
      cause,
    });
  }
  if (sqliteCode !== undefined) {
    return new AppError("store-unwritable", `the store ${root} cannot be used: ${text}`, {
      boundary: "store",
      hint: UNWRITABLE_HINT,
      cause,
    });
  }
  return cause;
}

/** For a store that holds something it cannot have written. */
export function storeCorrupt(root: string, what: string, cause: unknown): AppError {
  return new AppError("store-corrupt", `the store ${root} is damaged: ${what}`, {
    boundary: "store",
    hint: "move it aside and start again, or restore memo.sqlite from a backup; objects and runs are plain files",
    cause,
  });
}

/** Runs store work; whatever escapes is classified. */
export async function inStore<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, root);
  }
}
