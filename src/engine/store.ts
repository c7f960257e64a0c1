import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ActionCache } from "./action-cache.ts";
import { CallMemo } from "./call-memo.ts";
import { ObjectStore } from "./object-store.ts";
import { inStore, notAFolder, notAStore } from "./store-errors.ts";
import { StoreLayout } from "./store-layout.ts";
import { StoreLock } from "./store-lock.ts";

/** Finished work of a store, for reading: needs no lock and makes nothing. */
export class StoreView {
  readonly layout: StoreLayout;
  readonly objects: ObjectStore;
  readonly actions: ActionCache;

  constructor(layout: StoreLayout) {
    this.layout = layout;
    this.objects = new ObjectStore(layout);
    this.actions = new ActionCache(layout, this.objects);
  }
}

/** A store opened for writing by the one coordinator: the memo and a lock besides. */
export class Store extends StoreView {
  readonly memo: CallMemo;
  readonly #lock: StoreLock;

  private constructor(layout: StoreLayout, lock: StoreLock) {
    super(layout);
    this.#lock = lock;
    this.memo = new CallMemo(layout.memo);
  }

  /** Makes the folders, takes the lock and clears what a killed run left unfinished. */
  static async open(root: string): Promise<Store> {
    const layout = new StoreLayout(root);
    return inStore(root, async () => {
      await mkdir(root, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EEXIST" || error.code === "ENOTDIR" ? notAFolder(root, error) : error;
      });
      if (!(await isStoreOrEmpty(layout))) throw notAStore(root);
      const lock = StoreLock.acquire(layout);
      try {
        await rm(layout.temporary, { recursive: true, force: true });
        for (const path of [layout.objects, layout.actions, layout.runs, layout.scratch, layout.temporary]) {
          await mkdir(path, { recursive: true });
        }
        return new Store(layout, lock);
      } catch (error) {
        lock.release();
        throw error;
      }
    });
  }

  close(): void {
    this.memo.close();
    this.#lock.release();
  }
}

/** What may lie in a folder that becomes a store: hashes of checkpoints that were looked at before, and what file systems and git put there. */
const HARMLESS: ReadonlySet<string> = new Set(["lost+found", ".gitignore"]);

/** The lock's file is made before anything else in a store. One look, so that two first runs do not trip over each other. */
async function isStoreOrEmpty({ root, lock, memo, checkpointHashes }: StoreLayout): Promise<boolean> {
  const found = await readdir(root);
  if (found.some((name) => [lock, memo].includes(join(root, name)))) return true;
  return found.every((name) => HARMLESS.has(name) || join(root, name) === checkpointHashes);
}
