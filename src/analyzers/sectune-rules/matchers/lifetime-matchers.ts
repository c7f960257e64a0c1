import type { SyntaxNode } from "../../../algorithms/syntax/syntax-node.ts";
import { assignmentOf } from "../assignments.ts";
import type { FileContext } from "../file-context.ts";
import { type NameMatcher, nameMatcher } from "../glob.ts";
import { operatorOf } from "../grammar.ts";
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
const branching = /^(if_statement|else_clause|for_|while_|do_|switch_|try_)/;

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

/** Results of a call that are used before anything tests them. */
export function untestedMatcher(match: Match): FileMatcher {
  const names = nameMatcher(match.untested!);
  return {
    find: (file) =>
      file.calls.filter(names.matches).flatMap(({ node }): Hit[] => {
        const name = assignedName(node);
        if (name === null) return [];
        const scope = scopeOf(node);
        const use = firstUse(scope, name, node.end);
        if (use === null || isTested(use, name)) return [];
        // Behind a dereference (`p->x`, `*p`) a name says nothing about itself.
        const bare = new RegExp(`(?<![\\w.>*])${RegExp.escape(name)}(?!\\w|\\s*(->|\\[))`);
        const tested = file
          .events(scope)
          .some(
            (event) =>
              event.kind === "test" &&
              event.at > node.end &&
              event.node.start <= use.start &&
              bare.test(event.node.text),
          );
        const steps = [{ node, message: "may fail" }];
        return tested ? [] : [{ node: use, taint: { strength: "strong", built: false, steps } }];
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
      // Behind the block that declares it the name means something else.
      if (parent.children.some((child) => child.kind === "declaration" && declares(child, text))) return null;
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
    // `free(p->next)` reads p, it does not end it again.
    (call) =>
      ends.matches(call) && call.args[0]?.value.start === use.start && call.args[0].value.end === use.end,
  );
  return found?.node ?? null;
}

function declares({ text: declaration }: SyntaxNode, name: string): boolean {
  return new RegExp(`[\\s*]${RegExp.escape(name)}\\s*[=;,[]`).test(declaration);
}

/** The variable that a call's result is assigned to, casts in between allowed. */
function assignedName(call: SyntaxNode): string | null {
  let at = call.parent;
  while (at !== null && (at.kind === "cast_expression" || at.kind === "parenthesized_expression"))
    at = at.parent;
  const assignment = at === null ? null : assignmentOf(at);
  // `*out = malloc(n)` gives `out` nothing.
  if (assignment?.targets.length !== 1 || assignment.node.field("left")?.kind === "pointer_expression")
    return null;
  return assignment.targets[0]!;
}

/** Functions that read or write through what they are given. Others may well take NULL. */
const followers =
  /^((mem|str|wcs)\w+|v?f?s?n?printf|f?(puts|gets|read|write|close|seek|tell|putc|getc|scanf|flush)|puts|ato[fil]l?|copy_(from|to)_user|readdir|closedir)$/;

/** The first place where the value itself is used: through it (`*p`, `p[i]`, `p->x`, `p + 1`) or by a function that goes through it. */
function firstUse(scope: SyntaxNode, name: string, from: number): SyntaxNode | null {
  for (const node of scope.walk((inner) => inner.end > from)) {
    if (node.start < from || node.kind !== "identifier" || node.text !== name || node.parent === null)
      continue;
    if (isUse(node, node.parent)) return node.parent;
  }
  return null;
}

function isUse(node: SyntaxNode, parent: SyntaxNode): boolean {
  switch (parent.kind) {
    case "pointer_expression":
      return parent.text.startsWith("*");
    case "field_expression":
    case "subscript_expression":
      return parent.children[0]?.start === node.start;
    case "binary_expression":
      return /^[-+]$/.test(operatorOf(parent));
    case "argument_list":
      return followers.test(parent.parent?.field("function")?.text ?? "");
    default:
      return false;
  }
}

/** Whether what stands before a use in the same expression lets it happen only for a value that is there (`p && p->x`). */
function isTested(use: SyntaxNode, name: string): boolean {
  for (let at = use.parent; at !== null && !/statement$|declaration$/.test(at.kind); at = at.parent) {
    const left =
      at.kind === "binary_expression" && /^(&&|\|\|)$/.test(operatorOf(at)) ? at.field("left") : null;
    if (left !== null && left.end <= use.start && new RegExp(`\\b${RegExp.escape(name)}\\b`).test(left.text))
      return true;
  }
  return false;
}
