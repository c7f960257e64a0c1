import { badRow, type Place } from "../../algorithms/json-rows.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { nearestName } from "../../util/nearest-name.ts";
import type { JsonlConfig } from "./config.ts";

/** What a row says about its task. */
export interface RowFields {
  readonly prompt: string;
  readonly language: string;
  readonly cwes: string[];
  readonly context?: string;
  readonly split?: string;
  readonly cluster?: string;
  readonly row?: string;
}

/** Reads the mapped fields. Throws AppError `data-invalid` for a missing or wrong one, with file, line and column. */
export function fieldsOf(row: JsonObject, text: string, config: JsonlConfig, place: Place): RowFields {
  const { fields } = config;
  const read = (path: string): Json => {
    const value = path
      .split(".")
      .reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), row);
    if (value !== undefined && value !== null) return value;
    throw badRow(
      place,
      0,
      `no field "${path}"; the row has ${Object.keys(row).join(", ")}`,
      hintFor(path, row),
    );
  };
  const wrong = (path: string, expected: string) =>
    badRow(
      place,
      Math.max(text.indexOf(`"${path.split(".").at(-1)}"`), 0),
      `field "${path}" must be ${expected}`,
      "mend the row or take it out; `fields` in the recipe says which field is read for what",
    );
  const readText = (path: string): string => {
    const value = read(path);
    if (typeof value === "number") return String(value);
    if (typeof value !== "string" || value.trim() === "") throw wrong(path, "a text that is not empty");
    return value;
  };
  const readCwes = (path: string): string[] => {
    const value = read(path);
    const names = (Array.isArray(value) ? value : [value]).map((name) => {
      const number = /^(?:CWE-?)?0*(\d+)\b/i.exec(String(name).trim())?.[1];
      if (number === undefined) throw wrong(path, 'a list such as ["CWE-89"]');
      return `CWE-${number}`;
    });
    return [...new Set(names)];
  };
  return {
    prompt: readText(fields.prompt),
    language: fields.language === undefined ? config.language : readText(fields.language).toLowerCase(),
    cwes: fields.cwes === undefined ? [] : readCwes(fields.cwes),
    ...(fields.context === undefined ? {} : { context: readText(fields.context) }),
    ...(fields.split === undefined ? {} : { split: readText(fields.split) }),
    ...(fields.cluster === undefined ? {} : { cluster: readText(fields.cluster) }),
    ...(fields.row === undefined ? {} : { row: readText(fields.row) }),
  };
}

function hintFor(path: string, row: JsonObject): string | undefined {
  const near = nearestName(path, Object.keys(row));
  return near === undefined
    ? "Name the field under `fields` in the recipe."
    : `Did you mean "${near}"? Set it under \`fields\`.`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
