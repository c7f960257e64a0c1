import { execFile } from "node:child_process";
import { mkdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { ResolvedCheckpoint } from "../core/adapter.ts";
import { AppError, boundary, messageOf } from "../core/error.ts";
import { directoryManifest, filesBelow } from "../engine/object-store.ts";
import { StoreLayout } from "../engine/store-layout.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import { contentHash } from "../util/hash.ts";
import { packageRoot } from "./package-root.ts";

/** The embedded model's name in recipes. */
export const EMBEDDED_MODEL = "tiny-coder";
/** Where it lies. */
export const EMBEDDED_FOLDER = join(packageRoot, "assets", EMBEDDED_MODEL);

/** Files that tell people about a checkpoint: who mends a model card does not pay for every answer again. */
const FOR_PEOPLE = /^(.*\.md|LICEN[CS]E.*|\.gitattributes|training\.json)$/i;

/**
 * Finds checkpoints and what identifies them: a directory by the hash of its files but those for people, a hub repository by its pinned revision.
 * Hashes of directories are kept in the store beside sizes and times of their files, so that a 60 GB checkpoint is read once.
 */
export class Checkpoints {
  readonly #hashCache: string;
  /** How to get at a checkpoint, by its hash. */
  readonly #places = new Map<string, () => Promise<ResolvedCheckpoint>>();

  constructor(storeRoot: string) {
    this.#hashCache = new StoreLayout(storeRoot).checkpointHashes;
  }

  /** Registers a checkpoint whose hash is known: the output of a step. */
  add(checkpoint: ResolvedCheckpoint): void {
    this.#places.set(checkpoint.sha256, async () => checkpoint);
  }

  /**
   * The hash that keys hold. `name`: the embedded model, a local directory, or `owner/repo@revision` of the hub (nothing is
   * downloaded for it; pin a commit, for a branch may move).
   */
  async identify(name: string): Promise<string> {
    if (this.#places.has(name)) return name;
    const hub = hubName(name);
    if (hub !== null && !(await isDirectory(resolve(name)))) {
      const sha256 = contentHash(hub);
      this.#places.set(sha256, async () => ({ path: await download(hub), sha256, name }));
      return sha256;
    }
    const path = name === EMBEDDED_MODEL ? EMBEDDED_FOLDER : resolve(name);
    if (!(await isDirectory(path))) throw unknownCheckpoint(name);
    const base = await adapterBase(path, name);
    await requireCheckpoint(base ?? path, name);
    const sha256 = await boundary("config", "data-invalid", `${name} cannot be read`, async () =>
      base === undefined
        ? this.#hash(path)
        : contentHash({ adapter: await this.#hash(path), base: await this.#hash(base) }),
    );
    this.add({ path, sha256, name: basename(path) });
    return sha256;
  }

  /** The checkpoint on disk, by name or hash; hub repositories are downloaded now. */
  async resolve(name: string): Promise<ResolvedCheckpoint> {
    const place = this.#places.get(await this.identify(name))!;
    return place();
  }

  async #hash(path: string): Promise<string> {
    const signature = contentHash(await fileStats(path));
    const cached = join(this.#hashCache, signature);
    try {
      return await readFile(cached, "utf8");
    } catch {
      const files = (await directoryManifest(path)).filter((file) => !FOR_PEOPLE.test(file.path));
      const sha256 = contentHash(files);
      await this.#remember(cached, sha256);
      return sha256;
    }
  }

  /** A store that cannot be written is for whoever opens it to say: the hash is known. */
  async #remember(cached: string, sha256: string): Promise<void> {
    try {
      await mkdir(this.#hashCache, { recursive: true });
      await writeFileAtomic(cached, sha256);
    } catch {
      // It is read again next time.
    }
  }
}

/** A repository of the hub at a revision. */
export interface HubName {
  readonly hub: string;
  readonly revision: string;
}

/** `owner/repo@revision` taken apart; null for other names. A folder of such a name goes first. */
export function hubName(name: string): HubName | null {
  const match = /^([\w.-]+\/[\w.-]+)@([\w./-]+)$/.exec(name);
  return match === null ? null : { hub: match[1]!, revision: match[2]! };
}

function unknownCheckpoint(name: string): AppError {
  return new AppError("config-invalid", `checkpoint ${name} is neither a directory nor a hub id`, {
    boundary: "config",
    hint: `use a folder, \`owner/name@revision\` (a revision keeps keys honest), or \`${EMBEDDED_MODEL}\``,
  });
}

/** The model that a folder with a PEFT adapter is put on: a folder, absolute or beside it. Undefined for whole checkpoints. */
async function adapterBase(path: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(path, "adapter_config.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const base = namedBase(text);
  for (const candidate of base === "" ? [] : [resolve(base), resolve(path, base)])
    if (await isFile(join(candidate, "config.json"))) return candidate;
  throw new AppError(
    "data-invalid",
    `the base model ${base || "(none named)"} of the adapter ${name} is not a folder here`,
    {
      boundary: "config",
      hint: "download it and set base_model_name_or_path in adapter_config.json to its folder, or merge the adapter first",
    },
  );
}

function namedBase(config: string): string {
  try {
    const { base_model_name_or_path: base } = JSON.parse(config);
    return typeof base === "string" ? base : "";
  } catch {
    return "";
  }
}

async function requireCheckpoint(path: string, name: string): Promise<void> {
  try {
    JSON.parse(await readFile(join(path, "config.json"), "utf8"));
  } catch (cause) {
    throw new AppError(
      "data-invalid",
      `${name} is not a readable Hugging Face checkpoint: ${messageOf(cause)}`,
      {
        boundary: "config",
        hint: "it needs config.json, weights (safetensors) and a tokenizer with a chat template",
        cause,
      },
    );
  }
}

/** Downloads a pinned hub revision with the worker's own huggingface_hub and gives the folder. */
async function download({ hub: repository, revision }: HubName): Promise<string> {
  const python = process.env.SECTUNE_PYTHON ?? join(packageRoot, ".venv", "worker", "bin", "python");
  const script =
    "import sys; from huggingface_hub import snapshot_download; print(snapshot_download(sys.argv[1], revision=sys.argv[2]))";
  try {
    const env = { ...process.env, HF_HUB_DISABLE_TELEMETRY: "1", HF_HUB_DISABLE_PROGRESS_BARS: "1" };
    const { stdout } = await promisify(execFile)(python, ["-c", script, repository, revision], { env });
    return stdout.trim();
  } catch (cause) {
    throw new AppError("prerequisite-missing", `cannot get ${repository}@${revision}: ${lastLine(cause)}`, {
      boundary: "config",
      hint: `download it where there is a network (\`hf download ${repository} --revision ${revision}\`) and give the folder`,
      cause,
    });
  }
}

async function fileStats(path: string): Promise<object[]> {
  const stats = await Promise.all(
    (await filesBelow(path, "follow")).sort().map(async (file) => {
      const { size, mtimeMs, ino } = await stat(file);
      return { file, size, mtimeMs, ino };
    }),
  );
  return stats;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

/** Whether there is such a folder, links followed. */
export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

function lastLine(cause: unknown): string {
  const stderr = (cause as { stderr?: string }).stderr ?? "";
  return stderr.trim().split("\n").at(-1) || messageOf(cause);
}
