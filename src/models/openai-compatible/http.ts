import { type Dispatcher, Pool } from "undici";
import { abortError, onAbort } from "../../util/on-abort.ts";

export interface HttpOptions {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** From asking for a connection to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface HttpReply {
  readonly status: number;
  readonly body: string;
  header(name: string): string | undefined;
}

/** Why there is no reply. Never holds headers, so nothing secret. */
export class HttpFailure extends Error {
  readonly kind: "timeout" | "too-large" | "connection";
  /** Code of Node or undici: ECONNREFUSED, UND_ERR_SOCKET, … */
  readonly code: string | undefined;

  constructor(kind: HttpFailure["kind"], message: string, code?: string) {
    super(message);
    this.name = "HttpFailure";
    this.kind = kind;
    this.code = code;
  }
}

/** Connections to one origin. Uses undici's dispatch interface: no streams, no promises but one per exchange. */
export class HttpClient {
  readonly #pool: Pool;
  readonly #options: HttpOptions;

  constructor(origin: string, options: HttpOptions) {
    this.#options = options;
    this.#pool = new Pool(origin, {
      connections: options.connections,
      connect: { timeout: options.connectTimeoutMs },
      // One deadline of our own covers connecting, headers and body.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
  }

  /** Rejects with HttpFailure, or with the signal's reason. Settles within `timeoutMs` whatever the server does. */
  exchange(
    method: "GET" | "POST",
    path: string,
    headers: string[],
    body: string | null,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(abortError(signal));
      const handler = new Exchange(resolve, reject, signal, this.#options);
      try {
        this.#pool.dispatch({ method, path, headers, body }, handler);
      } catch (error) {
        handler.onResponseError(null, error as Error);
      }
    });
  }

  /** Drops connections at once. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

class Exchange implements Dispatcher.DispatchHandler, HttpReply {
  status = 0;
  body = "";
  readonly #resolve: (reply: HttpReply) => void;
  readonly #reject: (error: Error) => void;
  readonly #maxBytes: number;
  readonly #deadline: NodeJS.Timeout;
  readonly #forget: () => void;
  readonly #chunks: Buffer[] = [];
  #headers: Record<string, string | string[] | undefined> = {};
  #bytes = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #failure: Error | null = null;

  constructor(
    resolve: (reply: HttpReply) => void,
    reject: (error: Error) => void,
    signal: AbortSignal,
    options: HttpOptions,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#maxBytes = options.maxBytes;
    this.#deadline = setTimeout(
      () => this.#fail(new HttpFailure("timeout", `no complete reply within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    this.#forget = onAbort(signal, () => this.#fail(abortError(signal)));
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(this.#failure);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes)
      this.#fail(new HttpFailure("too-large", `reply larger than ${this.#maxBytes} bytes`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#failure !== null) return;
    this.#settle();
    this.body =
      this.#chunks.length === 1 ? this.#chunks[0]!.toString() : Buffer.concat(this.#chunks).toString();
    this.#resolve(this);
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#failure !== null) return;
    const code = (error as NodeJS.ErrnoException).code;
    const kind = code === "UND_ERR_CONNECT_TIMEOUT" ? "timeout" : "connection";
    this.#end(
      new HttpFailure(kind, `${error.message || "connection failed"}${code ? ` (${code})` : ""}`, code),
    );
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#end(error);
    this.#controller?.abort(error);
  }

  #end(error: Error): void {
    this.#failure = error;
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    clearTimeout(this.#deadline);
    this.#forget();
  }
}
