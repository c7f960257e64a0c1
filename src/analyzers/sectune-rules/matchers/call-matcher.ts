import { type Argument, callArguments, receiver } from "../calls.ts";
import { type Check, compileCondition } from "../condition.ts";
import type { FileContext } from "../file-context.ts";
import { nameMatcher } from "../glob.ts";
import type { Match } from "../rule-schema.ts";
import { join, type Taint } from "../taint.ts";
import type { TaintProfile } from "../taint-profile.ts";
import type { Matcher } from "./matcher.ts";

/** Calls by name, with conditions on their arguments: all must hold. */
export function callMatcher(match: Match, profile: TaintProfile | null): Matcher {
  const names = nameMatcher(match.call!);
  const conditions = Object.entries(match.args ?? {}).map(([place, condition]) =>
    argumentCondition(place, compileCondition(condition, profile)),
  );
  return {
    kind: "call",
    lastSegments: names.lastSegments,
    check: (call, file) => {
      if (!names.matches(call.name)) return null;
      let taint: Taint | null = null;
      const given = { all: callArguments(call.node), receiver: receiver(call.node) };
      for (const condition of conditions) {
        const held = condition(given, file);
        if (held === null) return null;
        taint = join(taint, held.taint);
      }
      return { node: call.node, taint };
    },
  };
}

interface Given {
  readonly all: readonly Argument[];
  readonly receiver: Argument["value"] | null;
}
type ArgumentCondition = (given: Given, file: FileContext) => { taint: Taint | null } | null;

/** Places: `receiver`, `any`, `N+` (any from position N on), or alternatives such as `1|timeout`. */
function argumentCondition(place: string, check: Check): ArgumentCondition {
  if (place === "receiver") return (given, file) => check(given.receiver, file);
  const from = place === "any" ? 0 : /^(\d+)\+$/.exec(place)?.[1];
  if (from !== undefined) return (given, file) => anyOf(given.all, Number(from), check, file);
  const places = place.split("|");
  return (given, file) => {
    const found = given.all.find(({ index, name }) => places.includes(name ?? String(index)));
    return check(found?.value ?? null, file);
  };
}

function anyOf(all: readonly Argument[], from: number, check: Check, file: FileContext) {
  for (const { index, value } of all) {
    if (index !== undefined && index < from) continue;
    const held = check(value, file);
    if (held !== null) return held;
  }
  return null;
}
