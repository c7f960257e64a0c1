import type { SyntaxNode } from "../../algorithms/syntax/syntax-node.ts";
import { beginning } from "./beginning.ts";
import type { FileContext } from "./file-context.ts";
import { isLiteral } from "./grammar.ts";
import { pattern } from "./pattern.ts";
import type { Condition } from "./rule-schema.ts";
import type { Taint } from "./taint.ts";
import type { TaintProfile } from "./taint-profile.ts";

/** Whether a value holds a condition, and along which way an attacker reaches it, if that was asked. */
export type Check = (value: SyntaxNode | null, file: FileContext) => { taint: Taint | null } | null;

const holds = { taint: null };

/** `profile` is the rule's; a condition on taint without one is a mistake in the rule and throws. */
export function compileCondition(condition: Condition, profile: TaintProfile | null): Check {
  const text = condition.text === undefined ? undefined : pattern(condition.text);
  const notText = condition.not_text === undefined ? undefined : pattern(condition.not_text);
  const notBeginning = condition.not_beginning === undefined ? undefined : pattern(condition.not_beginning);
  const { present, literal, taint: wantsTaint } = condition;
  if (wantsTaint && profile === null) throw new Error("a condition on taint needs the rule's `taint`");
  const needsValue = text !== undefined || literal !== undefined || wantsTaint === true || present === true;
  return (value, file) => {
    if (value === null) return needsValue ? null : holds;
    if (present === false) return null;
    if (text !== undefined || notText !== undefined || literal !== undefined) {
      const resolved = file.resolve(value);
      if (text !== undefined && !text.test(value.text) && !text.test(resolved.text)) return null;
      if (notText !== undefined && (notText.test(value.text) || notText.test(resolved.text))) return null;
      if (literal !== undefined && isLiteral(resolved) !== literal) return null;
    }
    if (notBeginning?.test(beginning(value, file))) return null;
    if (!wantsTaint) return holds;
    const taint = file.taintOf(value, profile!);
    return taint === null ? null : { taint };
  };
}
