/**
 * Ways to look at or change the runner from the answer's side. No task of the suite needs one of them, so naming one is
 * tampering. This list is the first of three layers: the runner's audit hook and process boundary are the others.
 */
const FORBIDDEN: readonly RegExp[] = [
  /\b(?:_getframe|f_back|f_globals|f_locals|f_builtins|tb_frame|__globals__|__closure__|__code__|__builtins__|__main__|__traceback__|cell_contents|gi_frame|cr_frame)\b/,
  /\b(?:sys\s*\.\s*modules|os\s*\.\s*_exit|os\s*\.\s*abort|os\s*\.\s*getppid|os\s*\.\s*kill(?:pg)?|os\s*\.\s*fork(?:pty)?|os\s*\.\s*dup2?|os\s*\.\s*closerange|os\s*\.\s*exec[vl]p?e?)\b/,
  /^[ \t]*(?:import|from)[ \t]+(?:ctypes|_ctypes|gc|inspect|signal|_signal|builtins|atexit|importlib|faulthandler|resource|multiprocessing|_posixsubprocess|sys|posix|_thread|threading|traceback|unittest)\b/m,
  /^[ \t]*import[ \t]+[^\n#]*,[ \t]*(?:ctypes|gc|inspect|signal|builtins|atexit|importlib|multiprocessing|sys|posix|threading)\b/m,
  /\/proc\b/,
  /\b(?:setattr|delattr|globals|vars)\s*\(/,
  /\b__(?:import__\s*\(\s*["'](?:sys|ctypes|gc|inspect|signal|builtins|posix|_thread)|setattr__|subclasses__|dict__)/,
];

/** The first forbidden text in the answer, or null. */
export function findTampering(code: string): string | null {
  for (const pattern of FORBIDDEN) {
    const found = pattern.exec(code);
    if (found) return found[0].trim();
  }
  return patchedModule(code);
}

/** `module.name = …` for a module that the answer imports: replacing library functions under the runner. */
function patchedModule(code: string): string | null {
  const imported = new Set<string>();
  for (const [, names] of code.matchAll(/^[ \t]*import[ \t]+([^\n#]+)/gm))
    for (const name of names!.split(",")) {
      const [path, alias] = name.trim().split(/\s+as\s+/);
      imported.add((alias ?? path!.split(".")[0]!).trim());
    }
  for (const [text, base] of code.matchAll(
    /(?:^|[\n;])[ \t]*([A-Za-z_]\w*)(?:\s*\.\s*[A-Za-z_]\w*)+\s*=(?!=)/g,
  ))
    if (imported.has(base!)) return text.trim();
  return null;
}
