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
  try {
    const holder = JSON.parse(readFileSync(layout.lockHolder, "utf8")) as { pid: number; since: string };
    return ` (process ${holder.pid}, since ${holder.since})`;
  } catch {
    return "";
  }
}
