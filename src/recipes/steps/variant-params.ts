import { z } from "zod";
import type { JsonObject } from "../../core/json.ts";
import { layOver } from "../../util/lay-over.ts";
import { SamplingParams } from "./answered.ts";
import {
  type InternalisationParams,
  internalisationParams,
  withoutDefaults,
} from "./internalisation-params.ts";

/** Settings in which a variant differs from the main run; of `train`, `sampling` and `traceSampling` the members that differ. */
export type VariantParams = Partial<
  Omit<InternalisationParams, "sampling"> & { sampling: Partial<InternalisationParams["sampling"]> }
>;

/** All arms of a run are measured alike. */
const { keywordMatch: _, ...ofOneTraining } = internalisationParams;

export const VariantParams = z.strictObject({
  ...withoutDefaults(ofOneTraining),
  sampling: z.strictObject(withoutDefaults(SamplingParams.shape)).optional(),
}) as unknown as z.ZodType<VariantParams>;

/** The main run's settings with what a variant names changed, and nothing else. */
export function withVariant(main: InternalisationParams, own: VariantParams): InternalisationParams {
  const { train = {}, sampling = {}, traceSampling = {} } = own;
  return {
    ...main,
    ...own,
    train: layOver(oneBatch(main.train, train), train) as InternalisationParams["train"],
    sampling: { ...main.sampling, ...sampling },
    // Only training rows are sampled by a variant's own settings: there, too, it is what it names that counts.
    traceSampling: { ...without(main.traceSampling, Object.keys(sampling)), ...traceSampling },
  };
}

/** Without the main run's way of counting batches where the variant names one: a training has one of the two. */
function oneBatch(main: JsonObject, own: JsonObject): JsonObject {
  const ways = ["batchTokens", "batchRows"];
  return ways.some((way) => (own[way] ?? null) !== null) ? without(main, ways) : main;
}

function without<T extends object>(object: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as T;
}
