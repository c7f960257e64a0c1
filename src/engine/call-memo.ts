import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Usage } from "../core/generation.ts";
import type { Json } from "../core/json.ts";
import { storeCorrupt, storeError } from "./store-errors.ts";

/** What the memo keeps of a call. */
export interface MemoEntry {
  readonly value: Json;
  readonly usage?: Usage | undefined;
  readonly usd?: number | undefined;
}

/** A reply to be kept, with what was paid for it on behalf of which run. */
export interface MemoWrite extends MemoEntry {
  readonly key: string;
  readonly port: string;
  readonly adapter: string;
  readonly op: string;
  /** Whom the spending is booked to: budget caps hold over all attempts of one run. */
  readonly lineage: string;
}

/** Longest wait of a reply for others to be committed with. */
const MAX_WAIT_MS = 3;
/** Commits quicker than this wait for nothing: their fsync costs less than the latency that waiting would add. */
const CHEAP_COMMIT_MS = 1;

/**
 * Replies of calls by key, in SQLite (WAL, synchronous=FULL). `put` resolves after the commit: from then on the call is never
 * made again, also across a power loss. Writes that arrive together share a transaction: its fsync blocks the event loop, so one
 * per reply would be slower than the provider. How long the first of them waits for others follows from what commits cost on this
 * disk. The table of replies has row ids: without them every kilobyte would land on a random page.
 */
export class CallMemo {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #book: StatementSync;
  readonly #spent: StatementSync;
  /** Moving average, in milliseconds. */
  #commitMs = 0;
  #queue: {
    write: MemoWrite;
    resolve: () => void;
    reject: (error: unknown) => void;
  }[] = [];

  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path, { timeout: 5000 });
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS calls (
        key TEXT PRIMARY KEY, port TEXT NOT NULL, adapter TEXT NOT NULL, op TEXT NOT NULL,
        entry TEXT NOT NULL, at INTEGER NOT NULL
      );
      CREATE TABLE IF NOT EXISTS spending (
        lineage TEXT PRIMARY KEY, tokens INTEGER NOT NULL, usd REAL NOT NULL
      ) WITHOUT ROWID;
    `);
    this.#select = this.#database.prepare("SELECT entry FROM calls WHERE key = ?");
    this.#insert = this.#database.prepare("INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?, ?, ?)");
    this.#book = this.#database.prepare(
      `INSERT INTO spending VALUES (?, ?, ?)
       ON CONFLICT (lineage) DO UPDATE SET tokens = tokens + excluded.tokens, usd = usd + excluded.usd`,
    );
    this.#spent = this.#database.prepare("SELECT tokens, usd FROM spending WHERE lineage = ?");
  }

  /** Throws AppError for a store that cannot be read: that concerns the run, and must not pass for the failure of single items. */
  get(key: string): MemoEntry | null {
    let row: { entry: string } | undefined;
    try {
      row = this.#select.get(key) as typeof row;
    } catch (error) {
      throw storeError(error, this.#path);
    }
    if (row === undefined) return null;
    try {
      return JSON.parse(row.entry) as MemoEntry;
    } catch (cause) {
      throw storeCorrupt(this.#path, `the reply under ${key} is not JSON`, cause);
    }
  }

  put(write: MemoWrite): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) this.#schedule();
      this.#queue.push({ write, resolve, reject });
    });
  }

  /** What a run has paid so far, earlier attempts included. */
  spent(lineage: string): { tokens: number; usd: number } {
    const row = this.#spent.get(lineage) as { tokens: number; usd: number } | undefined;
    return row === undefined ? { tokens: 0, usd: 0 } : { tokens: row.tokens, usd: row.usd };
  }

  count(): number {
    return (
      this.#database.prepare("SELECT count(*) AS n FROM calls").get() as {
        n: number;
      }
    ).n;
  }

  close(): void {
    this.#commit();
    this.#database.close();
  }

  #schedule(): void {
    if (this.#commitMs < CHEAP_COMMIT_MS) setImmediate(() => this.#commit());
    else setTimeout(() => this.#commit(), Math.min(this.#commitMs, MAX_WAIT_MS));
  }

  #commit(): void {
    const batch = this.#queue;
    if (batch.length === 0) return;
    this.#queue = [];
    const startedAt = performance.now();
    const at = Date.now();
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const spent = new Map<string, { tokens: number; usd: number }>();
      for (const { write } of batch) {
        const { value, usage, usd, lineage } = write;
        this.#insert.run(
          write.key,
          write.port,
          write.adapter,
          write.op,
          JSON.stringify({ value, usage, usd }),
          at,
        );
        if (usage === undefined) continue;
        const before = spent.get(lineage) ?? { tokens: 0, usd: 0 };
        spent.set(lineage, {
          tokens: before.tokens + usage.input + usage.output,
          usd: before.usd + (usd ?? 0),
        });
      }
      for (const [lineage, { tokens, usd }] of spent) this.#book.run(lineage, tokens, usd);
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      for (const { reject } of batch) reject(storeError(error, this.#path));
      return;
    }
    this.#commitMs += (performance.now() - startedAt - this.#commitMs) / 8;
    for (const { resolve } of batch) resolve();
  }
}
