/**
 * Whether text is rather code than prose or a program's output, told without a parser and in any language: for places where only its
 * look tells (a block without a language beside others, the text before a stray fence).
 */
export function looksLikeCode(text: string): boolean {
  return codeShare(text) > 0.5 && !isJson(text);
}

/** Share of the lines that look like code, of those that are neither blank nor comments; 0 where there are none. */
export function codeShare(text: string): number {
  const lines = text
    .split(/\r\n|[\r\n]/)
    .slice(0, maxLines)
    .map((line) => line.trim().slice(0, maxLength))
    .filter((line) => line !== "" && !comment.test(line));
  return lines.length === 0 ? 0 : lines.filter(isCodeLine).length / lines.length;
}

/** Enough to tell, however long the text is. */
const maxLines = 400;
const maxLength = 400;

const comment =
  /^(#(?!\s*(include|define|if|ifdef|ifndef|endif|pragma|else|undef)\b)|\/\/|\/\*|\*(\s|\/|$)|<!--)/;

const codeLines: readonly RegExp[] = [
  /^#\s*(include|define|if|ifdef|ifndef|endif|pragma|else|undef)\b/,
  /^(import|package|using)\s+["'<{*\w][\w.*"'<>{}/:-]*(\s*[,{};]|\s+(as|from|static)\s|;?$)/,
  /^from\s+[\w.]+\s+import\s/,
  /^(def|class|function|func|fn|struct|enum|interface|public|private|protected|static|const|let|var|async|export|template|namespace|typedef|extern|type|impl|pub|void|int|char|bool|float|double|unsigned|long)\b.*[(){}:;=<[]/,
  /^(if|while|for|with|elif|switch|catch|except|} ?else if)\b.*([()=<>[\]]|\bin\b|\bnot\b|\bas\b|\w).*[:{]$/,
  /^}?\s*(else|try|finally|do)\s*[:{]?$/,
  /^(return|yield|raise|throw|await|del|assert|defer)\b[^.!?]*(\(.*\)|;|[\w\])}"'])$/,
  /^(break|continue|pass|return);?$/,
  /[;{}]$/,
  /^[\w.[\]"'*&$<>,:() -]*[\w\])"']\s*([-+*/|&^%]|:|<<|>>)?=(?!=)\s*\S/,
  /^(new\s+|await\s+|\*|&)?[A-Za-z_$][\w.$]*((::|->)\w+)*(<[^>]*>)?\(.*\)?,?;?$/,
  /^[\])}]+[,;]?$/,
  /^@\w+/,
];
/** `for example, use the following:` and whole sentences. */
const prose = /^[A-Za-z]+('[a-z]+)?( [a-z'’-]+){3,}[:,.!?]?$|^[A-Z][a-z]+( [\w'’-]+){2,}[.!?:]$/;

/** Whether one line looks like code. */
export function isCodeLine(line: string): boolean {
  const own = line.trim();
  return (
    !prose.test(own) && !/^(>>>|\$|In \[\d+\]:)\s/.test(own) && codeLines.some((pattern) => pattern.test(own))
  );
}

function isJson(text: string): boolean {
  if (!/^\s*[[{"]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
