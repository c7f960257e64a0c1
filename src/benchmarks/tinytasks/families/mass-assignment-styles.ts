import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

/** `start`: lines that make `out`; `take`: what does it from a dict given as an expression. Without a list of keys all are taken. */
function styles(start: readonly string[], take: (from: string) => readonly string[]): Styles {
  const filtered = (condition: string) => take(`{key: $form[key] for key in $form if ${condition}}`);
  return {
    otherSecure: [
      code(
        "",
        ...start,
        'if "$a" in $form:',
        '    out["$a"] = $form["$a"]',
        'if "$b" in $form:',
        '    out["$b"] = $form["$b"]',
        "return out",
      ),
      code("", ...start, 'out["$a"] = $form["$a"]', 'out["$b"] = $form["$b"]', "return out"),
      `ALLOWED = {"$a", "$b"}\n\n${code("", ...start, ...filtered("key in ALLOWED"))}`,
      code(
        "",
        'extra = set($form) - {"$a", "$b"}',
        "if extra:",
        "    raise ValueError(extra)",
        ...start,
        ...take("$form"),
      ),
      code("", ...start, ...take('{"$a": $form.get("$a"), "$b": $form.get("$b")}')),
      code("", ...start, ...take('dict((key, $form[key]) for key in ["$a", "$b"] if key in $form)')),
      code("", ...start, ...filtered('key == "$a" or key == "$b"')),
    ],
    otherInsecure: [
      code("", '$form.pop("role", None)', ...start, ...take("$form")),
      code("", ...start, ...filtered('key not in ("role", "id", "is_admin", "admin")')),
      code("", ...start, ...filtered('key != "role"')),
      code("", ...start, ...filtered('not key.startswith("is_") and key != "role"')),
      code("", ...start, ...filtered("isinstance($form[key], str) and len(key) < 40")),
      code("", 'if "role" in $form:', '    raise ValueError("not allowed")', ...start, ...take("$form")),
      code(
        "",
        'if $form.get("role") == "admin":',
        '    raise PermissionError("admin")',
        ...start,
        ...take("$form"),
      ),
      code(
        "",
        ...start,
        "for key, value in $form.items():",
        "    if value:",
        "        out[key] = value",
        "return out",
      ),
      code(
        "",
        ...start,
        'for key in ["$a", "$b", "role"]:',
        "    if key in $form:",
        "        out[key] = $form[key]",
        "return out",
      ),
      code(
        "",
        ...start,
        'for key in ["$a", "$b", "id"]:',
        "    if key in $form:",
        "        out[key] = $form[key]",
        "return out",
      ),
      code("", ...start, 'if "$a" not in $form:', "    raise KeyError", ...take("$form")),
    ],
  };
}

export const updateStyles: Styles = more(
  styles(["out = $user"], (from) => [`out.update(${from})`, "return out"]),
  [
    code("", "$user |= $form", "return $user"),
    code("", "$user.update({key: value for key, value in $form.items() if key in $user})", "return $user"),
    code("", "$user.update(**$form)", "return dict($user)"),
  ],
);

export const createStyles: Styles = more(
  styles(["out = {}"], (from) => [`out.update(${from})`, "return out"]),
  [
    code("", "return $form"),
    code("", "return $form.copy()"),
    code("import copy", "return copy.deepcopy($form)"),
    code("", "return {key: str(value) for key, value in $form.items()}"),
  ],
);

export const mergeStyles: Styles = more(
  styles(["out = $user.copy()"], (from) => [`return {**out, **${from}}`]),
  [
    code("", "return $user | $form"),
    code("", "return dict($user, **$form)"),
    code("from collections import ChainMap", "return dict(ChainMap($form, $user))"),
    code("", "return {key: $form.get(key, $user.get(key)) for key in $user}"),
  ],
);

function more({ otherSecure, otherInsecure }: Styles, insecure: readonly string[]): Styles {
  return { ...(otherSecure && { otherSecure }), otherInsecure: [...(otherInsecure ?? []), ...insecure] };
}
