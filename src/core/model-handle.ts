import type { AppError } from "./error.ts";
import type { GenerateReply, GenerateRequest } from "./model.ts";
import type { ModelRef } from "./model-ref.ts";

/** Result of one item of a fan-out, in input order. Item failures are data. */
export type Outcome<I, T> =
  | { readonly item: I; readonly ok: true; readonly value: T; readonly cached: boolean }
  | { readonly item: I; readonly ok: false; readonly error: AppError };

export interface ModelHandle {
  readonly ref: ModelRef;
  /**
   * Fans requests out (memo, budget, rate, slices are the engine's business) and gives outcomes in input order.
   * `total`, where it is known, lets a long slice tell how far the whole is.
   */
  generate<I>(
    items: AsyncIterable<I> | Iterable<I>,
    request: (item: I) => GenerateRequest,
    total?: number,
  ): AsyncIterable<Outcome<I, GenerateReply>>;
}
