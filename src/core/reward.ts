import type { OperationContext } from "./adapter.ts";
import type { RewardRow } from "./reward-row.ts";

/** A rollout to be rewarded. */
export interface Rollout {
  readonly id: string;
  readonly taskId: string;
  readonly text: string;
}

/** Makes token rewards for rollouts, one row each, in order. A failed reward is verdict `error` with no spans. */
export interface Reward {
  score(batch: readonly Rollout[], context: OperationContext): Promise<RewardRow[]>;
}
