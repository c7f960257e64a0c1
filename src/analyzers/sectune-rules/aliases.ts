/** Turns local names into the module's own: after `import subprocess as sp`, `sp.run` is `subprocess.run`. */
export interface Aliases {
  resolve(name: string): string;
  /** Whether a name is one that the file imports. */
  isImported(name: string): boolean;
}

/** Reads a file's imports by their text: exact for the forms people write, blind to `importlib` and computed `require`. */
export function fileAliases(language: string, text: string): Aliases {
  const names = new Map<string, string>();
  if (language === "python") pythonImports(text, names);
  else if (["javascript", "typescript", "tsx"].includes(language)) scriptImports(text, names);
  const isImported = (name: string) => names.has(name);
  if (names.size === 0) return { resolve: (name) => name, isImported };
  return {
    isImported,
    resolve: (name) => {
      const dot = name.indexOf(".");
      const head = dot < 0 ? name : name.slice(0, dot);
      const full = names.get(head);
      return full === undefined ? name : full + (dot < 0 ? "" : name.slice(dot));
    },
  };
}

function pythonImports(text: string, names: Map<string, string>): void {
  for (const [, list] of text.matchAll(/^[ \t]*import[ \t]+([^\n#;]+)/gm)) {
    for (const item of list!.split(",")) {
      const [, module, alias] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
      const head = module?.split(".")[0];
      if (alias !== undefined) names.set(alias, module!);
      else if (head !== undefined) names.set(head, head);
    }
  }
  for (const [, module, list] of text.matchAll(
    /^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w\s,*]+)/gm,
  )) {
    // Without parentheses the list ends with the line.
    for (const item of list!.split(",")) {
      const [, name, alias] = /^\s*(\w+)(?:[ \t]+as[ \t]+(\w+))?/.exec(item) ?? [];
      if (name !== undefined) names.set(alias ?? name, `${module}.${name}`);
    }
  }
}

/** Modules that stand in for Node's own go by its name. */
const moduleName = (quoted: string) =>
  quoted
    .replace(/^node:/, "")
    .replace("fs/promises", "fs")
    .replace(/^(fs-extra|graceful-fs)$/, "fs");

function scriptImports(text: string, names: Map<string, string>): void {
  const add = (list: string, module: string) => {
    for (const item of list.split(",")) {
      const [, name, alias] = /^\s*(?:type\s+)?(\w+)(?:\s*(?::|\bas\b)\s*(\w+))?/.exec(item) ?? [];
      if (name !== undefined) names.set(alias ?? name, `${module}.${name}`);
    }
  };
  const forms = [
    /\b(?:const|let|var)\s+(\{[^{}]*\}|\w+)\s*=\s*(?:await\s+import|require)\(\s*["']([^"']+)["']\s*\)/g,
    /\bimport\s+(\{[^{}]*\}|\w+|\*\s*as\s+\w+)\s+from\s*["']([^"']+)["']/g,
  ];
  for (const form of forms) {
    for (const [, what, quoted] of text.matchAll(form)) {
      const module = moduleName(quoted!);
      if (what!.startsWith("{")) add(what!.slice(1, -1), module);
      else names.set(what!.replace(/^\*\s*as\s+/, ""), module);
    }
  }
  for (const [, what, quoted] of text.matchAll(
    /\bimport\s+\w+\s*,\s*\{([^{}]*)\}\s*from\s*["']([^"']+)["']/g,
  )) {
    add(what!, moduleName(quoted!));
  }
  for (const [, name, quoted, own] of text.matchAll(promisified)) {
    const [head = "", ...rest] = own!.split(".");
    const module = quoted === undefined ? (names.get(head) ?? head) : `${moduleName(quoted)}.${head}`;
    names.set(name!, [module, ...rest].join("."));
  }
}

/** `run = promisify(exec)` runs what `exec` does. */
const promisified =
  /\b(?:const|let|var)\s+(\w+)\s*=\s*(?:util\.)?promisify\(\s*(?:require\(\s*["']([^"']+)["']\s*\)\.)?([\w.]+)\s*\)/g;
