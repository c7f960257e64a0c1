import { existsSync } from "node:fs";
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

/** The lock's file is made before anything else. What only looked at checkpoints may have been here before it. */
async function isStoreOrEmpty(layout: StoreLayout): Promise<boolean> {
  if (existsSync(layout.lock) || existsSync(layout.memo)) return true;
  return (await readdir(layout.root)).every((name) => join(layout.root, name) === layout.checkpointHashes);
}
