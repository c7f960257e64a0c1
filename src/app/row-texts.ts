import { codeBlocks } from "../algorithms/code-blocks.ts";
import { looksLikeCode } from "../algorithms/code-likeness.ts";
import { AppError } from "../core/error.ts";

/** A text of a row that is to be looked at. */
export interface RowText {
  /** Name of its field, with the place in a list (`completions[1]`). */
  readonly field: string;
  readonly text: string;
  /** Code without prose around it. */
  readonly bare: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** Fields that hold answers, by what common datasets call them, and those that hold bare code. `text` is last: it may be the prompt. */
const answerFields = [
  ...["completion", "response", "output", "generation", "answer", "solution", "prediction", "content"],
  ...["completions", "responses", "outputs", "generations", "answers", "solutions", "predictions", "samples"],
  ...["choices", "messages"],
];
const codeFields = ["code", "source", "source_code", "origin_code", "func", "snippet"];
const fields = [...answerFields, ...codeFields, "text"];

export function hasRowFields(row: Row): boolean {
  return fields.some((field) => field in row);
}

/**
 * Every text of a row that holds code. Where several fields do not look like code at all (a prompt in `text`, a printed `output`, the
 * name of a `source`), those are none, unless nothing else is there. Throws AppError `data-invalid` where no known field is.
 */
export function rowTexts(row: Row, path: string): RowText[] {
  if (!hasRowFields(row)) {
    throw new AppError(
      "data-invalid",
      `${path}: no field with text or code among ${Object.keys(row).join(", ")}`,
      {
        boundary: "dataset",
        hint: `the text is looked for in text, ${answerFields.join(", ")}; bare code in ${codeFields.join(", ")}`,
      },
    );
  }
  const all = fields.flatMap((field) =>
    textsIn(row[field], field).map((one) => ({ ...one, bare: codeFields.includes(field) })),
  );
  const filled = distinct(all.filter(({ text }) => text.trim() !== ""));
  if (filled.length < 2) return filled;
  const code = filled.filter(({ text }) => looksLikeCode(text) || codeBlocks(text).length > 0);
  return code.length > 0 ? code : filled.slice(0, 1);
}

/** Strings, lists of them, and what chat interfaces wrap them in; of a conversation only what the model said. */
function textsIn(value: unknown, field: string): Pick<RowText, "field" | "text">[] {
  if (typeof value === "string") return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((one, index) => textsIn(one, `${field}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  const { role, content, message, text, code } = value as Row;
  if (typeof role === "string" && role !== "assistant" && role !== "model") return [];
  const inner = [content, message, text, code].find((one) => one !== undefined && one !== null);
  return textsIn(inner, field);
}

/** Fields often hold the same code twice, with fences around it and without. */
function distinct(texts: readonly RowText[]): RowText[] {
  const seen = new Set<string>();
  return texts.filter(({ text }) => {
    const blocks = codeBlocks(text);
    const own = (blocks.length === 0 ? [text] : blocks.map(({ code }) => code)).map((code) => code.trim());
    if (own.every((code) => seen.has(code))) return false;
    for (const code of own) seen.add(code);
    return true;
  });
}
