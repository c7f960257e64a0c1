import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/analyzers/sectune-rules/compile-rules.ts";
import { loadRules } from "../../src/analyzers/sectune-rules/load-rules.ts";
import { scanText } from "../../src/analyzers/sectune-rules/scan-text.ts";
import type { Finding } from "../../src/core/finding.ts";

const rules = compileRules(loadRules().folders, () => true);

function findings(language: string, text: string): readonly Finding[] {
  const outcome = scanText({ path: "f", language, text }, rules.get(language)!, {
    analyzer: "a",
    version: "1",
  });
  if (outcome.outcome === "failed") throw new Error(`${outcome.message}\n${text}`);
  return outcome.outcome === "findings" ? outcome.findings : [];
}
const cwes = (language: string, text: string) => findings(language, text).map(({ cwe }) => cwe);
const python = (...lines: string[]) => cwes("python", `import os, subprocess, re\n${lines.join("\n")}\n`);

describe("data flow in Python", () => {
  it.each([
    ["an alias of a variable", ["def f(a):", "    b = a", "    c = b", "    os.system(c)"]],
    ["both branches of a conditional", ["def f(a):", "    os.system('x' if a is None else a)"]],
    [
      "one of two assignments in branches",
      ["def f(a):", "    c = 'x'", "    if a:", "        c = a", "    os.system(c)"],
    ],
    ["a loop's variable", ["def f(names):", "    for name in names:", "        os.system('ls ' + name)"]],
    ["a comprehension", ["def f(names):", "    os.system(' '.join([n for n in names]))"]],
    [
      "a list that was appended to",
      ["def f(a):", "    parts = ['ls']", "    parts.append(a)", "    os.system(' '.join(parts))"],
    ],
    ["+=", ["def f(a):", "    c = 'ls '", "    c += a", "    os.system(c)"]],
    ["an unknown function", ["def f(a):", "    os.system(prepare(a))"]],
    ["a closure", ["def f(a):", "    def run():", "        os.system(a)", "    return run"]],
    ["an attribute", ["def f(self, a):", "    self.command = a", "    os.system(self.command)"]],
    ["a walrus", ["def f(a):", "    if (c := a):", "        os.system(c)"]],
    ["module level", ["c = input()", "os.system(c)"]],
    [
      "a null test, which restricts nothing",
      ["def f(a):", "    if a is None:", "        return", "    os.system(a)"],
    ],
  ])("follows %s", (_, lines) => expect(python(...lines)).toEqual(["CWE-78"]));

  it.each([
    ["a value that was replaced", ["def f(a):", "    a = 'ls'", "    os.system(a)"]],
    ["a number", ["def f(a):", "    os.system('kill %d' % int(a))"]],
    ["a parameter typed as a number", ["def f(a: int):", "    os.system(f'kill {a}')"]],
    ["a truth value", ["def f(a):", "    os.system('ls' if a == 'x' else 'pwd')"]],
    [
      "a tested value",
      ["def f(a):", "    if a not in NAMES:", "        raise ValueError(a)", "    os.system(a)"],
    ],
    [
      "a matched value",
      ["def f(a):", "    if not re.fullmatch(r'\\w+', a):", "        return", "    os.system(a)"],
    ],
    ["what a validating function saw", ["def f(a):", "    validate_name(a)", "    os.system(a)"]],
    ["what a cleaning function gave", ["def f(a):", "    os.system(sanitize(a))"]],
    [
      "elements that were cleaned one by one",
      [
        "def f(a):",
        "    os.system(' '.join(sanitize(n) for n in a))",
        "    os.system(' '.join([sanitize(n) for n in a]))",
      ],
    ],
    [
      "another function's variable",
      ["def f(a):", "    return a", "def g():", "    a = 'ls'", "    os.system(a)"],
    ],
    ["a constant of the module", ["COMMAND = 'ls'", "def f():", "    os.system(COMMAND)"]],
  ])("does not take %s for outside data", (_, lines) => expect(python(...lines)).toEqual([]));

  it("takes what a format writes as a number for a number, and its other values for text", () => {
    expect(python("def f(a, b):", "    os.system('kill -%d %s' % (a, 'x'))")).toEqual([]);
    expect(python("def f(a, b):", "    os.system('kill -%d %s' % (a, b))")).toEqual(["CWE-78"]);
    expect(python("def f(a):", "    os.system(f'kill {a:d}')")).toEqual([]);
    expect(python("def f(a):", "    os.system(f'kill {a:>9}')")).toEqual(["CWE-78"]);
    const shell = (format: string) =>
      cwes(
        "go",
        `package p\nimport ("fmt"; "net/http"; "os/exec")\nfunc f(r *http.Request) { exec.Command("sh", "-c", fmt.Sprintf("${format}", r.FormValue("q"))).Run() }\n`,
      ).includes("CWE-78");
    expect([shell("kill %d"), shell("kill %s")]).toEqual([false, true]);
  });

  it("tells the way that the data took", () => {
    const text = "import os\ndef f(name):\n    command = 'ls ' + name\n    os.system(command)\n";
    const [finding] = findings("python", text);
    expect(finding!.flows![0]!.map(({ start, end }) => text.slice(start, end))).toEqual([
      "name",
      "command = 'ls ' + name",
      "os.system(command)",
    ]);
  });

  it("resolves imports under other names", () => {
    expect(cwes("python", "from os import system as go\ndef f(a):\n    go(a)\n")).toEqual(["CWE-78"]);
    expect(cwes("python", "import subprocess as sp\ndef f(a):\n    sp.run(a, shell=True)\n")).toEqual([
      "CWE-78",
    ]);
    expect(cwes("python", "from mine import system\ndef f(a):\n    system(a)\n")).toEqual([]);
  });
});

describe("data flow in other languages", () => {
  it("follows destructuring and nested callbacks in JavaScript", () => {
    const text = `app.get("/", (req, res) => {
      const { id, name: { first } } = req.query;
      later(() => { db.query("SELECT * FROM t WHERE a = '" + first + "'"); });
    });`;
    expect(cwes("javascript", text)).toEqual(["CWE-89"]);
    expect(cwes("typescript", text.replace("(req, res)", "(req: Request, res: Response)"))).toEqual([
      "CWE-89",
    ]);
  });

  it("knows a request that was taken apart in JavaScript by its parts", () => {
    const text = (taken: string) => `app.get("/", (req, res) => {
      const ${taken} = req;
      res.send("<p>" + query.a + "</p>");
    });`;
    expect(cwes("javascript", text("{ query, app }"))).toEqual(["CWE-79"]);
    expect(cwes("typescript", text("{ query }: Request"))).toEqual(["CWE-79"]);
    expect(cwes("javascript", text("{ app }"))).toEqual([]);
  });

  it("follows buffers that input was read into in C", () => {
    const text = `int main(void) {
      char line[80];
      if (!fgets(line, sizeof line, stdin)) return 1;
      printf(line);
      return 0;
    }`;
    expect(cwes("c", text)).toContain("CWE-134");
    expect(cwes("cpp", text)).toContain("CWE-134");
  });

  it("follows a freed pointer to its next use, but not past a new value", () => {
    const f = (body: string) => cwes("c", `void f(char *p) { ${body} }`);
    expect(f("free(p); use(p);")).toEqual(["CWE-416"]);
    expect(f("free(p); p = make(); use(p);")).toEqual([]);
    expect(f("free(p); free(p);")).toEqual(["CWE-415"]);
    expect(f("if (bad(p)) { free(p); return; } use(p);")).toEqual([]);
  });

  it("ends with the block that declares the freed name, and goes on inside of a case", () => {
    const f = (body: string) => cwes("c", `void f(int k) { ${body} }`);
    expect(f("if (k) { char *p = get(); free(p); } char *p = get(); use(p);")).toEqual([]);
    expect(f("char *p = get(); switch (k) { case 1: free(p); return; case 2: use(p); }")).toEqual([]);
    expect(f("char *p = get(); switch (k) { case 1: free(p); use(p); break; }")).toEqual(["CWE-416"]);
  });

  it.each([
    ["a use before the test", "p[0] = 1; if (!p) return;", ["CWE-476"]],
    ["arithmetic", "q = p + 1;", ["CWE-476"]],
    ["a function that goes through it", "memset(p, 0, 8);", ["CWE-476"]],
    ["a test of what it points to", "if (p->x) run();", ["CWE-476"]],
    ["a test", "if (!p) return; p[0] = 1;", []],
    ["a test in the same expression", "ok = p && p->x;", []],
    ["a function that may take NULL", "finish(p);", []],
    ["its address", "use(&p->x);", ["CWE-476"]],
  ])("says of what may be NULL: %s", (_, body, expected) => {
    expect(cwes("c", `void f(char *q) { struct s *p = malloc(8); ${body} }`)).toEqual(expected);
  });

  it("does not take what a pointer's place is given for the pointer", () => {
    expect(
      cwes("c", "int f(char **out) { *out = malloc(8); if (!*out) return 1; (*out)[0] = 0; return 0; }"),
    ).toEqual([]);
  });

  it("knows what stands in a call's own arguments when it looks around it", () => {
    const f = (check: string) =>
      cwes("c", `void f(char *to, const char *from, size_t n) { ${check} strcpy(to, from); }`);
    expect(f("")).toEqual(["CWE-120"]);
    expect(f("if (strlen(from) >= n) return;")).toEqual([]);
    expect(f("if (strlen(to) >= n) return;")).toEqual(["CWE-120"]);
  });

  it("takes fields and names from elsewhere for outside data where a rule asks for it", () => {
    expect(python("class A:", "    def f(self):", "        os.system('ls ' + self.folder)")).toEqual([
      "CWE-78",
    ]);
    expect(
      python(
        "class A:",
        "    def f(self):",
        "        self.folder = 'x'",
        "        os.system('ls ' + self.folder)",
      ),
    ).toEqual([]);
    expect(python("FOLDER = 'x'", "def f():", "    os.system('ls ' + FOLDER + os.sep)")).toEqual([]);
  });

  it("takes self.path for a request only where HTTP is handled", () => {
    const open = ["    def get(self):", "        open('/srv' + self.path)"];
    expect(python("class Loader:", ...open)).toEqual([]);
    expect(python("class Page(BaseHTTPRequestHandler):", ...open)).toEqual(["CWE-22"]);
  });

  it("follows StringBuilder in Java", () => {
    const text = `class A { void f(Statement s, String n) throws E {
      StringBuilder b = new StringBuilder("SELECT * FROM t WHERE a = ");
      b.append(n);
      s.executeQuery(b.toString());
    } }`;
    expect(cwes("java", text)).toEqual(["CWE-89"]);
  });
});

describe("tests that restrict a value, and tests that do not", () => {
  const script = (...lines: string[]) =>
    cwes(
      "javascript",
      `const { exec } = require("child_process");\nfunction f(req, res) {\n const n = req.query.n;\n ${lines.join("\n ")}\n}`,
    );
  const shell = "exec('id ' + n);";

  it.each([
    ["a test of type", "if (typeof n !== 'string') return;"],
    ["another test of type", "if (Array.isArray(n)) return;"],
    ["a test of length", "if (n.length === 0 || n.length > 9) return;"],
    ["how it begins", "if (!n.startsWith('http')) return;"],
    ["how it ends", "if (!n.endsWith('.txt')) return;"],
    ["that it was not seen before", "if (seen.has(n)) return;"],
    ["that it is among what others brought", "if (!users.includes(n)) return;"],
    ["that it is not one value", "if (n === 'admin') return;"],
    ["a list of what is denied", "if (['root', 'admin'].includes(n)) return;"],
    ["a test that nothing follows from", "if (!ALLOWED.includes(n)) console.log('odd');"],
    ["one of two that would do", "if (!ALLOWED.includes(n) && strict) return;"],
    ["a test of another part", "if (n.kind !== 'a') return;"],
  ])("goes on behind %s", (_, test) => expect(script(test, shell)).toEqual(["CWE-78"]));

  it.each([
    ["a list of what is allowed", "if (!ALLOWED.includes(n)) return;"],
    ["a literal list", "if (!['a', 'b'].includes(n)) { return res.sendStatus(400); }"],
    ["one value", "if (n !== 'a') throw new Error('no');"],
    ["a pattern", "if (!/^[a-z]+$/.test(n)) return;"],
    ["a function that checks", "if (!isValidName(n)) return;"],
    ["a check whose result has a name", "const fine = ALLOWED.has(n); if (!fine) return;"],
    ["a test beside another", "if (!n || !ALLOWED.includes(n)) return;"],
    ["a test of a number", "if (typeof n !== 'number') return;"],
  ])("ends behind %s", (_, test) => expect(script(test, shell)).toEqual([]));

  it("restricts a value where the test held, and nowhere else", () => {
    expect(script("if (ALLOWED.includes(n)) {", shell, "}")).toEqual([]);
    expect(script("if (!ALLOWED.includes(n)) {", shell, "}")).toEqual(["CWE-78"]);
    expect(script("if (ALLOWED.includes(n)) { log(n); }", shell)).toEqual(["CWE-78"]);
    expect(script("if (!ALLOWED.includes(n)) { log(n); } else {", shell, "}")).toEqual([]);
    expect(script("exec('id ' + (ALLOWED.includes(n) ? n : 'a'));")).toEqual([]);
    expect(script("exec('id ' + (ALLOWED.includes(n) ? 'a' : n));")).toEqual(["CWE-78"]);
  });

  it("restricts the member that was tested, not the others", () => {
    const f = (use: string) =>
      cwes(
        "javascript",
        `function f(req, res) { if (!ALLOWED.has(req.query.a)) return; require("child_process").exec("id " + ${use}); }`,
      );
    expect(f("req.query.a")).toEqual([]);
    expect(f("req.query.b")).toEqual(["CWE-78"]);
  });

  it.each([
    ["seen before", ["    if n in seen:", "        return"], ["CWE-78"]],
    [
      "among own files, which nothing follows from",
      ["    if n in os.listdir('.'):", "        pass"],
      ["CWE-78"],
    ],
    ["in a set that is filled while running", ["    if n not in done:", "        return"], ["CWE-78"]],
    ["an instance of str", ["    if not isinstance(n, str):", "        return"], ["CWE-78"]],
    ["an instance of int", ["    if not isinstance(n, int):", "        return"], []],
    ["replaced where it is not allowed", ["    if n not in NAMES:", "        n = 'a'"], []],
    ["asked for until it is allowed", ["    while n not in NAMES:", "        n = input()"], []],
    ["asserted", ["    assert n in ('a', 'b')"], []],
    ["exited on", ["    if n not in NAMES:", "        sys.exit(1)"], []],
  ])("knows in Python what is %s", (_, test, expected) =>
    expect(
      python("done = set()", "def f():", "    n = input()", ...test, "    os.system('id ' + n)"),
    ).toEqual(expected),
  );

  it("takes the test of a host for one of the address", () => {
    const f = (...test: string[]) =>
      python(
        "from flask import request",
        "import requests",
        "def f():",
        "    url = request.args['u']",
        ...test,
        "    requests.get(url, timeout=3)",
      );
    expect(f("    parts = urlparse(url)", "    if parts.hostname not in HOSTS:", "        return")).toEqual(
      [],
    );
    expect(f("    if not url.startswith('https://api.example.com/'):", "        return")).toEqual([]);
    expect(f("    if not url.startswith(('http://', 'https://')):", "        return")).toEqual(["CWE-918"]);
    expect(f("    if urlparse(url).scheme not in ('http', 'https'):", "        return")).toEqual(["CWE-918"]);
  });

  it("knows Go's ways to test", () => {
    const f = (test: string) =>
      cwes(
        "go",
        `package p\nfunc f(w http.ResponseWriter, r *http.Request) {\n\tn := r.FormValue("n")\n\t${test}\n\texec.Command("sh", "-c", n).Run()\n}\n`,
      );
    expect(f("if _, ok := allowed[n]; !ok { return }")).toEqual([]);
    expect(f("if err := validateName(n); err != nil { return }")).toEqual([]);
    expect(f("if !slices.Contains(names, n) { return }")).toEqual([]);
    expect(f('if n == "" { return }')).toEqual(["CWE-78"]);
    expect(f('if !strings.HasPrefix(n, "ls") { return }')).toEqual(["CWE-78"]);
  });
});

describe("memory in C and C++", () => {
  it.each([
    ["char *f(void) { char q[9]; fill(q); return q; }", ["CWE-562"]],
    ["char *f(void) { char q[9]; fill(q); return q + 1; }", ["CWE-562"]],
    ["char *f(void) { char q[9]; char *z = q; fill(q); return (z); }", ["CWE-562"]],
    ["int *f(int q) { return &q; }", ["CWE-562"]],
    ["int *f(int *q) { return &q[1]; }", []],
    ["char f(void) { char q[9]; fill(q); return q[0]; }", []],
    ["char *f(void) { static char q[9]; return q; }", []],
  ])("knows what is gone behind %s", (text, expected) => expect(cwes("c", text)).toEqual(expected));

  it.each([
    ["const char *f() { std::string q = make(); return q.c_str(); }", ["CWE-416"]],
    ["std::string_view f() { std::string q = make(); return q; }", ["CWE-416"]],
    ["Item& f() { Item q; return q; }", ["CWE-562"]],
    ["std::string f() { char q[9]; fill(q); return q; }", []],
    ["const char *f(const std::string& q) { return q.c_str(); }", []],
    ["auto f() { return [] { int q = 1; return &q; }; }", []],
  ])("knows what is gone behind %s (C++)", (text, expected) => expect(cwes("cpp", text)).toEqual(expected));

  it("computes sizes: names, sums and products, of the array that is meant", () => {
    const f = (size: string, call: string) =>
      cwes("c", `#define ROOM (4 * 2)\nchar q[2];\nvoid f(int s) { char q[${size}]; ${call}; use(q); }`);
    expect(f("ROOM", "read(s, q, ROOM + 1)")).toEqual(["CWE-787"]);
    expect(f("ROOM + 1", "read(s, q, ROOM + 1)")).toEqual([]);
    expect(f("OTHER", "read(s, q, 99)")).toEqual([]);
    expect(f("9", "for (int i = 0; i < 10; i++) q[i] = 0")).toEqual(["CWE-193"]);
    expect(f("9", "for (int i = 0; i < 10; i++) { if (i == 9) break; q[i] = 0; }")).toEqual([]);
    expect(f("9", "for (int i = 0; i < 9; i++) q[i] = 0")).toEqual([]);
  });

  it("tells a second release from a look at what was released", () => {
    expect(cwes("c", "void f(struct s *p) { free(p); free(p->text); }")).toEqual(["CWE-416"]);
    expect(cwes("c", "void f(struct s *p) { free(p->text); free(p); }")).toEqual([]);
    expect(cwes("c", "void f(struct s *p) { free(p->text); free(p->text); }")).toEqual(["CWE-415"]);
  });
});

describe("where data comes in", () => {
  it("follows what C++ reads from its standard input, numbers as numbers", () => {
    const f = (body: string) => cwes("cpp", `#include <iostream>\nint main() { ${body} }`);
    expect(f('std::string h; std::cin >> h; std::system(("ping " + h).c_str());')).toEqual(["CWE-78"]);
    expect(f('std::string a, h; cin >> a >> h; system(("ping " + h).c_str());')).toEqual(["CWE-78"]);
    expect(f('int h; std::cin >> h; std::system(("kill " + std::to_string(h)).c_str());')).toEqual([]);
    expect(f("int t[4]; int i; std::cin >> i; t[i] = 1; use(t);")).toEqual(["CWE-787"]);
    expect(f('std::string h; h >> n; std::system(("ping " + h).c_str());')).toEqual([]);
  });

  it("follows decoded bodies in Go, and no error beside them", () => {
    const f = (body: string) =>
      cwes("go", `package p\nfunc f(c *gin.Context, w http.ResponseWriter, r *http.Request) {\n${body}\n}\n`);
    const run = 'exec.Command("sh", "-c", in.Cmd).Run()';
    expect(
      f(`var in T\nif err := json.NewDecoder(r.Body).Decode(&in); err != nil { return }\n${run}`),
    ).toEqual(["CWE-78"]);
    expect(f(`var in T\nif err := c.ShouldBindJSON(&in); err != nil { return }\n${run}`)).toEqual(["CWE-78"]);
    expect(f(`var in T\nbody, err := load()\njson.Unmarshal(body, &in)\n${run}`)).toEqual([]);
    expect(
      f(
        `var in map[string]string\nbody := c.GetRawData()\njson.Unmarshal(body, &in)\nexec.Command("sh", "-c", in["a"]).Run()`,
      ),
    ).toEqual(["CWE-78"]);
    expect(
      cwes(
        "go",
        "package p\nfunc main() { _, err := os.ReadFile(os.Args[1])\nif err != nil { log.Fatal(err) } }\n",
      ),
    ).toEqual([]);
  });

  it("follows chains of append in Java", () => {
    const text = `class A { void f(Statement s, String n) throws E {
      StringBuilder b = new StringBuilder("SELECT * FROM t WHERE 1 = 1");
      if (n != null) b.append(" AND a = '").append(n).append("'");
      s.executeQuery(b.toString());
    } }`;
    expect(cwes("java", text)).toEqual(["CWE-89"]);
  });
});

describe("places of findings", () => {
  const filler = fc
    .array(fc.constantFrom("é", "😀", "\t", "👩‍👩‍👧", "\u2028", "x", " "), { maxLength: 8 })
    .map((parts) => parts.join(""));

  it("cover the call exactly, whatever stands around it", () => {
    fc.assert(
      fc.property(
        fc.array(filler, { maxLength: 5 }),
        filler,
        fc.constantFrom("\n", "\r\n"),
        (comments, inside, ending) => {
          const call = `os.system("${inside.replaceAll("\u2028", "")}" + a)`;
          const lines = [
            "import os",
            ...comments.map((comment) => `# ${comment.replaceAll("\u2028", "")}`),
            "def f(a):",
            `\tx = "😀"; ${call}`,
            "",
          ];
          const text = lines.join(ending);
          const found = findings("python", text).filter(({ cwe }) => cwe === "CWE-78");
          expect(found.map(({ span }) => text.slice(span.start, span.end))).toEqual([call]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
