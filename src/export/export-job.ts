import type { SftRow, TrainRow } from "../core/train-row.ts";
import type { TrainParams } from "../core/trainer.ts";

/** A file of an export; `lines` are written with a line break after each. */
export type ExportFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly lines: AsyncIterable<string> };

/** Where rows came from: one entry per dataset, revision and licence. */
export interface RowSource {
  readonly dataset: string;
  readonly revision: string;
  readonly licence: string;
  readonly rows: number;
}

/** How `<think>` blocks are written into text: as on one line, or with the line breaks that most templates have. */
export type ThinkStyle = "compact" | "lines";

/** Everything an exporter may use. Pure data, apart from the rows, which may be read more than once. */
export interface ExportJob {
  /** Name of dataset and job: `secpi-2026-11-20`. */
  readonly name: string;
  rows(): AsyncIterable<TrainRow>;
  readonly sources: readonly RowSource[];
  /** The model to train: hub id or folder, and its revision. */
  readonly base?: { readonly model: string; readonly revision?: string | undefined } | undefined;
  /** Models that wrote the rows: `teacher: local:tiny-coder`. */
  readonly writers: readonly string[];
  /** SFT settings, and how they are spread over devices. Only backends that train need them. */
  readonly train?: TrainParams | undefined;
  /** Rows that the run's own trainer left out because they are longer than `maxLength`. */
  readonly tooLong?: number | undefined;
  /** Whether `tooLong` was counted with this model's tokenizer and this `maxLength`. */
  readonly lengthsKnown: boolean;
  readonly layout: DeviceLayout;
  readonly template?: string | undefined;
  readonly think: ThinkStyle;
  /** Whether the model's own chat template is known to write an answer without reasoning as it is, with no empty think block. */
  readonly bareAnswersKept: boolean;
  /** Facts for the card and provenance.json: run, recipe, versions, prompts, config. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

export interface DeviceLayout {
  readonly devices: number;
  /** Rows in one forward pass of one device. */
  readonly microBatchRows: number;
  readonly cpu: boolean;
}

/** A format that rows can be exported to. */
export interface Exporter {
  readonly summary: string;
  /** What the backend would get wrong without saying so, with what to do about it. Empty: it may be exported. */
  problems(job: ExportJob, rows: RowSummary): string[];
  files(job: ExportJob, rows: RowSummary): ExportFile[];
}

/** What the rows of an export are like. */
export interface RowSummary {
  readonly count: number;
  readonly byPurpose: Readonly<Record<string, number>>;
  readonly withReasoning: number;
  readonly withoutReasoning: number;
  /** Rows of more than one exchange, by their loss mask. */
  readonly longer: Readonly<Record<SftRow["lossMask"], number>>;
  /** Reasoning outside the last message. */
  readonly earlierReasoning: number;
  /** Roles that do not alternate user, assistant after an optional system message, or an end that is not the assistant's. */
  readonly irregular: number;
  /** Messages whose own text has think tags. */
  readonly taggedText: number;
  /** UTF-8 bytes of the longest row, with room for marks of turns: it has no more tokens, unless the template adds a long text of its own. */
  readonly longestBytes: number;
  /** Rows that are not `sft`, by kind. */
  readonly otherKinds: Readonly<Record<string, number>>;
}
