import { downloadFile, listFiles } from "@huggingface/hub";
import type { AsyncBuffer } from "hyparquet";
import { AppError, isAppError, messageOf } from "../../core/error.ts";
import { backoffMs } from "../../util/backoff.ts";
import { sleep } from "../../util/sleep.ts";
import type { ParquetFile, Source } from "./rows.ts";

export interface HubOptions {
  readonly repository: string;
  /** A commit. */
  readonly revision: string;
  readonly split: string;
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
}

/** Tries of one request to the hub. */
const ATTEMPTS = 4;
const WAIT = { baseMs: 200, maxMs: 5_000 };

/** Parquet files of a pinned dataset on the hub. Reads the ranges of the wanted columns, not whole files. */
export function hubSource({ repository, revision, split, endpoint, token }: HubOptions): Source {
  const access = {
    repo: { type: "dataset" as const, name: repository },
    revision,
    ...(endpoint !== undefined && { hubUrl: endpoint.replace(/\/+$/, "") }),
    ...(token !== undefined && { accessToken: token }),
  };
  const files = async (): Promise<ParquetFile[]> => {
    const entries = await attempt(`${repository}@${revision}`, () =>
      Array.fromAsync(listFiles({ ...access, recursive: true })),
    );
    const paths = entries
      .map(({ path }) => path)
      .filter((path) => path.endsWith(".parquet") && path.split("/").at(-1)!.startsWith(split));
    if (paths.length === 0) {
      throw new AppError("data-invalid", `${repository}@${revision} holds no file ${split}*.parquet`, {
        boundary: "dataset",
      });
    }
    return paths.sort().map((path) => ({ name: `${repository}/${path}`, open: () => openFile(path) }));
  };
  const openFile = async (path: string): Promise<AsyncBuffer> => {
    const name = `${repository}/${path}@${revision}`;
    const blob = await attempt(name, () => downloadFile({ ...access, path }));
    if (blob === null) {
      throw new AppError("data-invalid", `the hub has no ${name}`, { boundary: "dataset" });
    }
    return {
      byteLength: blob.size,
      slice: (start, end = blob.size) => attempt(name, () => exactSlice(blob, start, end)),
    };
  };
  return { name: repository, revision, files };
}

/** A server that ignores ranges would give other bytes than those asked for. */
async function exactSlice(blob: Blob, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = await blob.slice(start, end).arrayBuffer();
  if (bytes.byteLength === end - start) return bytes;
  throw new Error(`asked for ${end - start} bytes and got ${bytes.byteLength}`);
}

async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (cause) {
      if (isAppError(cause)) throw cause;
      const error = classify(what, cause);
      if (!error.retryable || tried === ATTEMPTS) throw error;
      await sleep(backoffMs(tried - 1, WAIT), new AbortController().signal);
    }
  }
}

function classify(what: string, cause: unknown): AppError {
  const status = (cause as { statusCode?: number }).statusCode;
  const message = `${what}: ${messageOf(cause)}`;
  if (status === 401 || status === 403) {
    return new AppError("provider-auth", message, {
      boundary: "dataset",
      hint: "put an access token into the environment variable that `tokenEnv` names",
      cause,
    });
  }
  if (status === 404) {
    return new AppError("data-invalid", message, {
      boundary: "dataset",
      hint: "check repository and revision",
      cause,
    });
  }
  const retryable = status === undefined || status === 429 || status >= 500;
  return new AppError(retryable ? "provider-unavailable" : "provider-rejected", message, {
    boundary: "dataset",
    retryable,
    hint: "where there is no network: download the parquet files elsewhere and give their folder as `path`",
    cause,
  });
}
