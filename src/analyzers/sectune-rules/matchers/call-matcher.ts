import type { Call } from "../calls.ts";
import { type Check, compileCondition } from "../condition.ts";
import type { FileContext } from "../file-context.ts";
import { nameMatcher } from "../glob.ts";
import type { Match } from "../rule-schema.ts";
import { join, type Taint } from "../taint.ts";
import type { TaintProfile } from "../taint-profile.ts";
import type { CallMatcher } from "./matcher.ts";

/** Calls by name, with conditions on their arguments: all must hold. */
export function callMatcher(match: Match, profile: TaintProfile | null): CallMatcher {
  const names = nameMatcher(match.call!);
  const conditions = Object.entries(match.args ?? {}).map(([place, condition]) =>
    argumentCondition(place, compileCondition(condition, profile)),
  );
  return {
    lastSegments: names.lastSegments,
    check: (call, file) => {
      if (!names.matches(call)) return null;
      let taint: Taint | null = null;
      for (const condition of conditions) {
        const held = condition(call, file);
        if (held === null) return null;
        taint = join(taint, held.taint);
      }
      const part = (place: string) => call.args.find(({ index }) => String(index) === place)?.value.text;
      return { node: call.node, taint, part };
    },
  };
}

type ArgumentCondition = (call: Call, file: FileContext) => { taint: Taint | null } | null;

/** Places: `receiver`, `any`, `N+` (any from position N on), or alternatives such as `1|timeout`. */
function argumentCondition(place: string, check: Check): ArgumentCondition {
  if (place === "receiver") return (call, file) => check(call.receiver, file);
  const from = place === "any" ? 0 : /^(\d+)\+$/.exec(place)?.[1];
  if (from !== undefined) return (call, file) => anyOf(call, Number(from), check, file);
  const places = place.split("|");
  return (call, file) => {
    const found = call.args.find(({ index, name }) => places.includes(name ?? String(index)));
    return check(found?.value ?? null, file);
  };
}

function anyOf({ args }: Call, from: number, check: Check, file: FileContext) {
  for (const { index, value } of args) {
    if (index !== undefined && index < from) continue;
    const held = check(value, file);
    if (held !== null) return held;
  }
  return null;
}
