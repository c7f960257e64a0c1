import { contentHash } from "../util/hash.ts";
import type { ResolvedConfig, ResolvedUse } from "./config-schema.ts";
import { findAdapter } from "./registry.ts";
import { withoutTransport } from "./without-transport.ts";

/**
 * Whom spending is booked to. Runs of one config with another cap or store, or another way to its models (time-outs, concurrency,
 * prices), are the same spending: the cap holds over all attempts.
 */
export async function spendingLineage(config: ResolvedConfig): Promise<string> {
  const { budget: _, store: __, ...rest } = config;
  const models: Record<string, ResolvedUse> = {};
  for (const [role, use] of Object.entries(config.models))
    models[role] = { ...use, config: withoutTransport(await findAdapter("model", use.adapter), use.config) };
  return contentHash({ ...rest, models });
}

/** A line for each model that is paid for and has no price, under a cap in dollars: what it costs is not counted. */
export async function unpriced({
  models,
  budget,
}: {
  readonly models: Readonly<Record<string, ResolvedUse>>;
  readonly budget: { readonly usd?: number | undefined };
}): Promise<string[]> {
  if (budget.usd === undefined) return [];
  const lines: string[] = [];
  for (const [role, { adapter, config }] of Object.entries(models)) {
    const names: readonly string[] = (await findAdapter("model", adapter)).transport;
    if (!names.includes("price") || config.price !== undefined) continue;
    lines.push(
      `budget.usd does not hold for models.${role}, which has no price: add \`price: {inputPerMTok: …, outputPerMTok: …}\` ` +
        "(0 for a server of your own), or cap budget.tokens",
    );
  }
  return lines;
}
