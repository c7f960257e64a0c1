/** What runs inside the sandbox. Each reads base64 lines until the end of its input and answers line by line. */

export const pythonScript = `
import base64, sys
for line in sys.stdin:
    text = base64.b64decode(line)
    try:
        compile(text.decode("utf-8-sig"), "answer", "exec", dont_inherit=True)
        print("ok", flush=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        number = getattr(error, "lineno", None) or 0
        message = getattr(error, "msg", None) or str(error) or type(error).__name__
        print("bad", number, base64.b64encode(message.encode("utf-8", "replace")).decode(), flush=True)
`;

/** Answers each line with `check(text)`: null, or the error. */
const nodeLoop = `
const fs = require("node:fs");
const lines = require("node:readline").createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on("line", (line) => {
  const error = check(Buffer.from(line, "base64").toString("utf8"));
  const number = /^[^\\n]*:(\\d+)\\n/.exec(String(error && error.stack))?.[1] ?? 0;
  const message = Buffer.from(String(error && error.message)).toString("base64");
  fs.writeSync(1, error === null ? "ok\\n" : "bad " + number + " " + message + "\\n");
});
`;

export const nodeScript = `
const vm = require("node:vm");
function check(text) {
  const script = text.replace(/^#!.*/, "");
  try {
    new vm.SourceTextModule(script);
    return null;
  } catch (asModule) {
    try {
      vm.compileFunction(script, ["exports", "require", "module", "__filename", "__dirname"]);
      return null;
    } catch {
      return asModule;
    }
  }
}
${nodeLoop}`;

export const typeScriptScript = `
const { stripTypeScriptTypes } = require("node:module");
function check(text) {
  try {
    stripTypeScriptTypes(text.replace(/^#!.*/, ""), { mode: "transform" });
    return null;
  } catch (error) {
    return error;
  }
}
${nodeLoop}`;

/** Arguments: the compiler and its options. */
export const shellScript = `
case "$1" in *gcc|*g++) set -- "$@" -fsyntax-only -w -fmax-errors=8 -fno-diagnostics-show-caret;; esac
while IFS= read -r line; do
  printf %s "$line" | base64 -d > /box/answer
  # Not this loop's input: code could include it and take the other files away.
  LC_ALL=C timeout -k 1 20 "$@" /box/answer < /dev/null > /box/said 2>&1
  code=$?
  printf '%s %s\\n' "$code" "$(head -c 4000 /box/said | base64 | tr -d '\\n')"
done
`;

export const javaScript = `
import com.sun.source.util.JavacTask;
import java.io.*;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.tools.*;

public class Check {
  public static void main(String[] args) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = in.readLine()) != null; ) {
      String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
      DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
      JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Answer.java"), JavaFileObject.Kind.SOURCE) {
        @Override public CharSequence getCharContent(boolean ignore) { return text; }
      };
      try {
        ((JavacTask) compiler.getTask(Writer.nullWriter(), files, said, null, null, List.of(file))).parse();
      } catch (StackOverflowError error) {
        System.out.println("bad 0 " + encode("nested too deep"));
        continue;
      }
      Diagnostic<?> first = said.getDiagnostics().stream()
          .filter(one -> one.getKind() == Diagnostic.Kind.ERROR).findFirst().orElse(null);
      System.out.println(first == null ? "ok" : "bad " + Math.max(0, first.getLineNumber()) + " " + encode(first.getMessage(Locale.ROOT)));
      System.out.flush();
    }
  }

  static String encode(String message) {
    return Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8));
  }
}
`;
