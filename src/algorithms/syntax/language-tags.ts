import { languageNamed, languageOfPath } from "./languages.ts";

/**
 * The language that the tag of a code fence, or a dataset's field, means: its name or alias in any case (`Python`, `c++`), with a
 * version (`python3.11`, `c99`, `c++17`), in brackets or with attributes (`[python]`, `{.python}`, `python=1`, `lang="python"`,
 * `python(main.py)`), or a file name (`src/app.py`). Undefined when it names none that is known.
 */
export function languageOfTag(tag: string): string | undefined {
  const plain = tag.trim().toLowerCase();
  const exact = named(plain);
  if (exact !== undefined || tagNamesOther(plain)) return exact;
  const file = /^[^=]*?([^\s"'`(){}[\]<>]+)[\s"'`(){}[\]<>]*$/.exec(plain)?.[1];
  const byName = file === undefined ? undefined : languageOfPath(file);
  if (byName !== undefined) return byName;
  for (const piece of plain.split(/[\s=:;,"'`(){}[\]<>|/\\]+/)) {
    if (others.has(piece)) return undefined;
    const found = named(piece) ?? languageOfPath(piece);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a tag names something that is no program in a language that is looked at: a shell, data, markup, output, other languages. */
export function tagNamesOther(tag: string): boolean {
  const plain = tag
    .trim()
    .toLowerCase()
    .replace(/^[{[(.]+|[\])}]+$/g, "");
  return others.has(plain) || others.has(plain.split(/[\s=:;,"'`(){}[\]<>|/+]+/, 1)[0]!);
}

function named(word: string): string | undefined {
  const plain = word.replace(/^[.#]+/, "").replace(/^(language|lang|source|src|highlight|brush)-/, "");
  return (
    languageNamed(plain) ??
    languageNamed(plain.replace(version, "$1")) ??
    languageNamed(plain.replace(/^jupyter-/, ""))
  );
}

/** `python2`, `py3.12`, `c2x`, `java-17`, `gnu++20`, `python_3`. */
const version = /^(.*?[a-z#+])[-_ ]?v?\d+(?:\.\d+)*[a-z]?$/;

const others: ReadonlySet<string> = new Set(
  `bash sh shell zsh fish ksh csh shellscript shell-session shellsession console terminal powershell pwsh ps1 bat batch cmd dos
   output stdout stderr log logs result traceback pytb error
   json json5 jsonc jsonl ndjson yaml yml toml ini cfg conf properties env dotenv csv tsv xml svg proto protobuf graphql http https
   html htm xhtml css scss sass less vue svelte jinja jinja2 django erb ejs handlebars hbs mustache liquid
   markdown md mdx rst asciidoc latex tex bibtex mermaid plantuml dot graphviz
   diff patch git gitignore gitignore dockerfile docker makefile make cmake nginx apache terraform hcl nix gradle
   sql mysql postgresql postgres psql sqlite plsql tsql cypher sparql regex regexp ebnf bnf
   asm assembly nasm llvm wasm wat verilog vhdl systemverilog cuda-ptx
   haskell hs ocaml ml fsharp f# scala sc clojure clj erlang erl elixir ex lisp scheme racket elm purescript
   perl pl lua r julia jl matlab octave fortran f90 cobol pascal delphi ada d nim zig crystal dart groovy vb vbnet vba basic
   objective-c objectivec objc obj-c objective-c++ solidity sol move cairo vyper prolog smalltalk tcl awk sed apl j coq lean agda tla`
    .split(/\s+/)
    .filter((word) => word !== ""),
);
