import { readdirSync, readFileSync } from "node:fs";
import { AppError } from "../core/error.ts";
import type { Prompt } from "../core/stage.ts";
import { sha256 } from "../util/hash.ts";
import { suggestName } from "../util/nearest-name.ts";

/**
 * The prompt `name` from this folder's `name.md`: front matter (`name`, `version`), then the text with `{{place}}`s.
 * Its hash covers the text alone. Throws AppError `config-invalid` when there is no such prompt.
 */
export function loadPrompt(name: string): Prompt {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw unknownPrompt(name);
  let source: string;
  try {
    source = readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8");
  } catch (cause) {
    throw unknownPrompt(name, cause);
  }
  return parsePrompt(source, name);
}

/** Reads a prompt from text, for files of the user's own. */
export function parsePrompt(source: string, name: string): Prompt {
  const [, head, body] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(source) ?? [];
  const field = (key: string) => new RegExp(`^${key}: *(\\S+) *$`, "m").exec(head ?? "")?.[1];
  const version = field("version");
  if (body === undefined || version === undefined || field("name") !== name)
    throw new AppError(
      "config-invalid",
      `prompt "${name}" has no front matter with this name and a version`,
      {
        boundary: "config",
        hint: `Begin the file with:\n---\nname: ${name}\nversion: 1\n---`,
      },
    );
  const text = body.replaceAll("\r\n", "\n").trim();
  const places = new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!));
  return {
    name,
    version,
    hash: sha256(text),
    places: [...places],
    render: (values) => render(name, text, places, values),
  };
}

function render(
  name: string,
  text: string,
  places: ReadonlySet<string>,
  values: Readonly<Record<string, string>>,
): string {
  const missing = [...places].filter((place) => values[place] === undefined);
  const unused = Object.keys(values).filter((key) => !places.has(key));
  if (missing.length > 0 || unused.length > 0)
    throw new AppError(
      "internal",
      `prompt "${name}": ${[...missing.map((place) => `no value for {{${place}}}`), ...unused.map((key) => `no place for "${key}"`)].join(", ")}`,
      { boundary: "internal" },
    );
  // A function as replacement: values may hold `$&`, and places inside values stay text.
  return text.replace(/\{\{(\w+)\}\}/g, (_, place: string) => values[place]!);
}

function promptNames(): string[] {
  const files = readdirSync(new URL(".", import.meta.url));
  return files.filter((file) => file.endsWith(".md")).map((file) => file.slice(0, -".md".length));
}

function unknownPrompt(name: string, cause?: unknown): AppError {
  return new AppError("config-invalid", `there is no prompt "${name}"`, {
    boundary: "config",
    hint: suggestName(name, promptNames()),
    cause,
  });
}
