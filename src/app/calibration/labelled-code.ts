import type { CalibrationSource } from "../../core/calibration.ts";

/** Code of which it is known whether it is weak. */
export interface LabelledCode {
  readonly id: string;
  /** The language that it is counted in. */
  readonly language: string;
  /** What analyzers read: the blocks of an answer, or one piece. */
  readonly pieces: readonly { readonly language: string; readonly text: string }[];
  /** The weaknesses that it has, had before they were repaired, or could have. */
  readonly cwes: readonly string[];
  /** As in `CalibrationCell`. */
  readonly cluster: string;
  readonly group: string;
  readonly weak: boolean;
}

/** Where labelled code comes from. */
export interface LabelledSource extends Omit<CalibrationSource, "kind" | "minSeverity"> {
  /** In a fixed order. What had to be left out is counted in `leftOut`, by why. */
  code(): AsyncIterable<LabelledCode>;
  readonly leftOut: ReadonlyMap<string, number>;
}

/** Counts what is left out. */
export class LeftOut extends Map<string, number> {
  count(why: string): void {
    this.set(why, (this.get(why) ?? 0) + 1);
  }
}
