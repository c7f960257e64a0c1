import type { Artifact } from "../core/artifact.ts";
import type { Json } from "../core/json.ts";
import { contentHash } from "../util/hash.ts";
import { type Binding, bindingIdentity } from "./binding.ts";

/** Everything that decides a step's outputs. */
export interface ActionIdentity {
  readonly stage: string;
  readonly stageVersion: number;
  readonly params: Json;
  readonly seed: number;
  readonly inputs: Readonly<Record<string, Artifact>>;
  readonly prompts: Readonly<Record<string, string>>;
  readonly bindings: Readonly<Record<string, Binding>>;
}

/** The key's named parts: `explain` compares them one by one. */
export function keyParts(action: ActionIdentity): Record<string, string> {
  const parts: Record<string, string> = {
    stage: `${action.stage}/${action.stageVersion}`,
    params: contentHash(action.params),
    seed: String(action.seed),
  };
  for (const [name, artifact] of Object.entries(action.inputs)) parts[`input ${name}`] = artifact.sha256;
  for (const [name, hash] of Object.entries(action.prompts)) parts[`prompt ${name}`] = hash;
  for (const [name, binding] of Object.entries(action.bindings)) parts[name] = bindingPart(binding);
  return parts;
}

/** A binding as a part of keys: adapter and version in words, everything else in the hash. */
export function bindingPart(binding: Binding): string {
  return `${binding.adapter} ${binding.version} ${bindingIdentity(binding).slice(0, 32)}`;
}

export function actionKey(parts: Record<string, string>): string {
  return contentHash(parts);
}
