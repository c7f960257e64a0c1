import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../core/error.ts";
import { readYaml, YamlError, type YamlSource } from "./yaml-source.ts";

/** Text of a settings file; `what` names its kind in messages. Throws AppError `config-invalid`. */
export async function readSettingsFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("config-invalid", `cannot read the ${what} ${path}: ${messageOf(cause)}`, {
      boundary: "config",
      hint: "name an existing YAML file; examples/ has some to start from",
      cause,
    });
  }
}

/** Parses YAML that still knows where its values stand. Throws AppError `config-invalid` with file, line and column. */
export function parseSource(file: string, text: string): YamlSource {
  try {
    return readYaml(file, text);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new AppError("config-invalid", cause.message, {
      boundary: "config",
      hint: "the file is not valid YAML there: check indentation, quotes and colons",
      cause,
    });
  }
}
