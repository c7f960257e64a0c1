import { parse } from "yaml";
import { AppError, messageOf } from "../core/error.ts";
import type { Path } from "./yaml-source.ts";

export interface Override {
  readonly path: Path;
  readonly value: unknown;
  /** As the user wrote it. */
  readonly text: string;
}

/** Reads `a.b.0.c=VALUE`: places in arrays are numbers, the value is YAML (`3`, `true`, `[1, 2]`, `{adapter: mock}`). */
export function parseOverride(text: string): Override {
  const equals = text.indexOf("=");
  const name = equals < 0 ? "" : text.slice(0, equals).trim();
  if (name === "" || name.split(".").includes("")) {
    throw new AppError("usage", `--set ${text}: expected KEY=VALUE, such as --set benchmarks.0.limit=10`, {
      boundary: "config",
    });
  }
  try {
    return { path: name.split("."), value: parse(text.slice(equals + 1)), text };
  } catch (cause) {
    const [reason] = messageOf(cause).split("\n");
    throw new AppError("usage", `--set ${text}: the value is not YAML: ${reason}`, {
      boundary: "config",
      hint: "quote it for YAML, such as --set 'params.name=\"[x\"'",
      cause,
    });
  }
}

/** Gives `root` with the value put in place; makes the objects on the way. Throws AppError `usage` on a path through a scalar. */
export function applyOverride(root: unknown, override: Override): unknown {
  return put(root, override.path, override);
}

function put(node: unknown, path: Path, override: Override): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return override.value;
  if (Array.isArray(node)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > node.length) {
      throw unusable(override, `\`${key}\` is no place in a list of ${node.length}`);
    }
    return [...node.slice(0, index), put(node[index], rest, override), ...node.slice(index + 1)];
  }
  if (node === undefined || node === null) return { [key]: put(undefined, rest, override) };
  if (typeof node !== "object") throw unusable(override, `\`${key}\` would be inside a ${typeof node}`);
  const members = node as Record<string, unknown>;
  const child = Object.hasOwn(members, key) ? members[key] : undefined;
  return { ...members, [key]: put(child, rest, override) };
}

function unusable(override: Override, why: string): AppError {
  return new AppError("usage", `--set ${override.text}: ${why}`, { boundary: "config" });
}
