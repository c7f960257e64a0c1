import { join } from "node:path";

/** Where things are in a store. Nothing else builds store paths. */
export class StoreLayout {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get objects(): string {
    return join(this.root, "objects");
  }
  get actions(): string {
    return join(this.root, "actions");
  }
  get runs(): string {
    return join(this.root, "runs");
  }
  get scratch(): string {
    return join(this.root, "scratch");
  }
  /** Unfinished outputs. Emptied whenever a coordinator opens the store. */
  get temporary(): string {
    return join(this.root, "tmp");
  }
  /** Hashes of checkpoints beside sizes and times of their files; can be made again. */
  get checkpointHashes(): string {
    return join(this.root, "checkpoint-hashes");
  }
  get memo(): string {
    return join(this.root, "memo.sqlite");
  }
  get lock(): string {
    return join(this.root, "lock.sqlite");
  }
  get lockHolder(): string {
    return join(this.root, "lock.json");
  }
  rowsObject(sha256: string): string {
    return join(this.objects, sha256.slice(0, 2), `${sha256}.ndjson`);
  }
  /** Byte offset of every row: little-endian float64 (exact to 2^53). */
  rowsIndex(sha256: string): string {
    return join(this.objects, sha256.slice(0, 2), `${sha256}.idx`);
  }
  directoryObject(sha256: string): string {
    return join(this.objects, sha256.slice(0, 2), sha256);
  }
  action(key: string): string {
    return join(this.actions, key.slice(0, 2), `${key}.json`);
  }
  actionScratch(key: string): string {
    return join(this.scratch, key);
  }
  run(id: string): string {
    return join(this.runs, id);
  }
  runRecord(id: string): string {
    return join(this.run(id), "run.json");
  }
  runEvents(id: string): string {
    return join(this.run(id), "events.ndjson");
  }
  runCalls(id: string): string {
    return join(this.run(id), "calls.ndjson");
  }
}
