import { compileCondition } from "../condition.ts";
import type { Match } from "../rule-schema.ts";
import type { TaintProfile } from "../taint-profile.ts";
import { compileTreePattern } from "../tree-pattern.ts";
import type { FileMatcher, Hit } from "./matcher.ts";

/** Nodes of one kind by the shape of the tree around them, and by what one of their parts holds. */
export function treeMatcher({ tree: wanted, of, value }: Match, profile: TaintProfile | null): FileMatcher {
  const kinds = new Set([wanted!.kind]);
  const test = compileTreePattern(wanted!);
  const check = compileCondition(value ?? {}, profile);
  return {
    find: (file) =>
      file.tree
        .ofKind(kinds)
        .filter(test)
        .flatMap((node): Hit[] => {
          if (of === undefined) return [{ node, taint: null }];
          const part = node.field(of);
          const held = part === null ? null : check(part, file);
          return held === null
            ? []
            : [{ node, part: (place) => (place === "value" ? part?.text : undefined), ...held }];
        }),
  };
}
