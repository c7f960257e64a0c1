import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import { assignmentOf } from "../assignments.ts";
import type { FileContext } from "../file-context.ts";
import { type NameMatcher, nameMatcher } from "../glob.ts";
import { scopeOf } from "../parameters.ts";
import type { Match } from "../rule-schema.ts";
import type { FileMatcher, Hit } from "./matcher.ts";

const places = new Set(["identifier", "field_expression"]);
const leaving = new Set([
  "return_statement",
  "break_statement",
  "continue_statement",
  "goto_statement",
  "throw_statement",
]);
const writing = new Set(["assignment_expression", "init_declarator", "declaration"]);
const branching = /^(if_statement|else_clause|for_|while_|do_|switch_|case_|try_)/;

/**
 * What is still used after it was handed to a call that ends it (`free(p)` … `p->x`). Looks at the statements that surely follow:
 * those behind the call in its block and, unless the block leaves, behind the blocks around it. A new value ends the search.
 */
export function afterMatcher(match: Match): FileMatcher {
  const names = nameMatcher(match.after!.call);
  const again = match.after!.what === "again";
  return {
    find: (file) =>
      file.calls.filter(names.matches).flatMap(({ node, args }): Hit[] => {
        const place = args[0]?.value;
        if (place === undefined || !places.has(place.kind)) return [];
        const next = nextUse(node, place.text);
        if (next === null) return [];
        const ended = endingCall(next, file, names);
        if (again !== (ended !== null)) return [];
        const steps = [{ node, message: `${place.text} ends here` }];
        return [{ node: ended ?? next, taint: { strength: "strong", built: false, steps } }];
      }),
  };
}

/** Results of a call that are used although nothing in the function ever tests them. */
export function untestedMatcher(match: Match): FileMatcher {
  const names = nameMatcher(match.untested!);
  return {
    find: (file) =>
      file.calls.filter(names.matches).flatMap(({ node }): Hit[] => {
        const name = assignedName(node);
        if (name === null) return [];
        const scope = scopeOf(node);
        const later = file.events(scope).filter(({ at }) => at > node.end);
        const word = new RegExp(`(?<![\\w.>])${RegExp.escape(name)}(?!\\w)`);
        if (later.some((event) => event.kind === "test" && word.test(event.node.text))) return [];
        const use = firstUse(scope, name, node.end);
        return use === null
          ? []
          : [
              {
                node: use,
                taint: { strength: "strong", built: false, steps: [{ node, message: "may fail" }] },
              },
            ];
      }),
  };
}

function nextUse(call: SyntaxNode, text: string): SyntaxNode | null {
  let at: SyntaxNode = call;
  while (at.parent !== null && !/function|translation_unit/.test(at.parent.kind)) {
    const { parent } = at;
    if (/statement$|^statement_list$|^block$/.test(parent.kind) && !branching.test(parent.kind)) {
      const following = parent.children.slice(
        parent.children.findIndex(({ start }) => start === at.start) + 1,
      );
      for (const statement of following) {
        const use = useIn(statement, text);
        if (use === "renewed") return null;
        if (use !== null) return use;
        if (leaving.has(statement.kind)) return null;
      }
    }
    // A loop's body comes round again, a sibling branch does not: neither is followed.
    at = parent;
  }
  return null;
}

/** The first time that a place is named inside a statement; `renewed` when it is given a value there first. */
function useIn(statement: SyntaxNode, text: string): SyntaxNode | "renewed" | null {
  if (!statement.text.includes(text)) return null;
  for (const node of statement.walk()) {
    if (writing.has(node.kind)) {
      const assignment = assignmentOf(node);
      if (assignment?.targets.includes(text) && node.field("left")?.text === text) {
        const use = useIn(assignment.value, text);
        return use === null || use === "renewed" ? "renewed" : use;
      }
    }
    // `&p` hands the place itself over, to be filled anew more often than not.
    if (places.has(node.kind) && node.text === text)
      return /^&/.test(node.parent?.text ?? "") ? "renewed" : node;
  }
  return null;
}

function endingCall(use: SyntaxNode, file: FileContext, ends: NameMatcher): SyntaxNode | null {
  const found = file.calls.find(
    (call) => ends.matches(call) && call.node.start <= use.start && use.end <= call.node.end,
  );
  return found?.node ?? null;
}

/** The variable that a call's result is assigned to, casts in between allowed. */
function assignedName(call: SyntaxNode): string | null {
  let at = call.parent;
  while (at !== null && (at.kind === "cast_expression" || at.kind === "parenthesized_expression"))
    at = at.parent;
  const assignment = at === null ? null : assignmentOf(at);
  return assignment?.targets.length === 1 ? assignment.targets[0]! : null;
}

/** The first place where the value itself is used: through it (`*p`, `p[i]`, `p->x`) or as an argument. */
function firstUse(scope: SyntaxNode, name: string, from: number): SyntaxNode | null {
  for (const node of scope.walk((inner) => inner.end > from)) {
    if (node.start < from || node.kind !== "identifier" || node.text !== name) continue;
    const parent = node.parent?.kind ?? "";
    if (/^(pointer_expression|subscript_expression|field_expression|argument_list)$/.test(parent))
      return node.parent;
  }
  return null;
}
