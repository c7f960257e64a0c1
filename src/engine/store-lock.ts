import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AppError } from "../core/error.ts";
import type { StoreLayout } from "./store-layout.ts";

/**
 * One coordinator per store. The lock is SQLite's own file lock held in an open transaction, so the kernel frees it when the
 * process dies, however it dies: there are no stale locks to clear.
 */
export class StoreLock {
  readonly #database: DatabaseSync;
  readonly #holderFile: string;

  private constructor(database: DatabaseSync, holderFile: string) {
    this.#database = database;
    this.#holderFile = holderFile;
  }

  /** Throws AppError `store-locked` that names the holder. */
  static acquire(layout: StoreLayout): StoreLock {
    const database = new DatabaseSync(layout.lock, { timeout: 300 });
    try {
      database.exec("BEGIN EXCLUSIVE");
    } catch (cause) {
      database.close();
      if (!/locked|busy/i.test(String(cause))) throw cause;
      throw new AppError(
        "store-locked",
        `another sectune uses the store ${layout.root}${describeHolder(layout)}`,
        {
          boundary: "store",
          hint: "wait for it, stop it, or use another store with `--store DIR`",
          retryable: true,
          cause,
        },
      );
    }
    writeFileSync(
      layout.lockHolder,
      `${JSON.stringify({ pid: process.pid, since: new Date().toISOString() })}\n`,
    );
    return new StoreLock(database, layout.lockHolder);
  }

  release(): void {
    rmSync(this.#holderFile, { force: true });
    this.#database.close();
  }
}

function describeHolder(layout: StoreLayout): string {
  const holder = readHolder(layout);
  return holder === null ? "" : ` (process ${holder.pid}, since ${holder.since})`;
}

/** Since when (ISO) a living process has held the store; null when none does. Takes no lock: for those who only look. */
export function heldSince(layout: StoreLayout): string | null {
  const holder = readHolder(layout);
  if (holder === null) return null;
  try {
    process.kill(holder.pid, 0);
    return holder.since;
  } catch (error) {
    // It lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM" ? holder.since : null;
  }
}

function readHolder(layout: StoreLayout): { pid: number; since: string } | null {
  try {
    return JSON.parse(readFileSync(layout.lockHolder, "utf8")) as { pid: number; since: string };
  } catch {
    return null;
  }
}
