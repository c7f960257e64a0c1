import { z } from "zod";
import type { Call, CallOptions, CallResult, Executor } from "../core/call.ts";
import type { Usage } from "../core/generation.ts";
import type { AdapterPool } from "./binding.ts";
import { offeredModels } from "./offered-models.ts";
import { runOperation } from "./operations.ts";

/** Result of running a call for real; `keep` tells the memo whether it may be kept. */
export interface ExecutedResult extends CallResult {
  readonly keep: boolean;
}

/** US dollars per million tokens, as the recipe states them in a model's `price`. */
export const PriceSchema = z.object({ inputPerMTok: z.number(), outputPerMTok: z.number() });

/** Runs calls in this process on instances from the pool. */
export class InProcessExecutor implements Executor {
  readonly #pool: AdapterPool;

  constructor(pool: AdapterPool) {
    this.#pool = pool;
  }

  async run(call: Call, options: CallOptions): Promise<ExecutedResult> {
    const started = performance.now();
    const { port, adapter, config, transport = {} } = call;
    const instance = await this.#pool.get({
      port,
      adapter,
      config,
      transport: poolTransport(call, transport),
    });
    const models = offeredModels(call, options, this.#pool);
    const { value, usage, keep } = await runOperation(instance, call, options, models);
    const usd = usage === undefined ? undefined : priceOf(call, usage);
    return { value, usage, usd, keep, cached: false, durationMs: performance.now() - started };
  }
}

export function priceOf(call: Call, usage: Usage): number {
  if (call.transport?.price === undefined) return 0;
  const price = PriceSchema.safeParse(call.transport.price);
  if (!price.success) return 0;
  return (usage.input * price.data.inputPerMTok + usage.output * price.data.outputPerMTok) / 1e6;
}

/** Train calls carry paths in their transport; the instance does not depend on them. */
function poolTransport(
  call: Call,
  transport: NonNullable<Call["transport"]>,
): NonNullable<Call["transport"]> {
  return call.port === "trainer" ? {} : transport;
}
