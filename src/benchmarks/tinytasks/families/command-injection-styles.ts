import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `end` makes of the command's output what the function returns. */
export function commandStyles(end: string): Required<Pick<Variant, "otherSecure" | "otherInsecure">> {
  const shell = (text: string) =>
    `return subprocess.run(${text}, shell=True, capture_output=True, text=True).stdout${end}`;
  const plain = `return os.popen("$cmd " + $p).read()${end}`;
  const denied = (characters: string) => [
    `if any(c in $p for c in ${characters}):`,
    '    raise ValueError("bad name")',
  ];
  return {
    otherSecure: [
      code("import subprocess", `return subprocess.check_output("$cmd".split() + [$p], text=True)${end}`),
      code(
        "import subprocess",
        'proc = subprocess.Popen([*"$cmd".split(), $p], stdout=subprocess.PIPE, text=True)',
        "out, _ = proc.communicate()",
        `return out${end}`,
      ),
      code("import shlex\nimport subprocess", shell('f"$cmd {shlex.quote($p)}"')),
      code(
        "import re\nimport os",
        'if not re.fullmatch(r"[A-Za-z0-9_.-]+", $p):',
        "    raise ValueError($p)",
        plain,
      ),
      code(
        "import subprocess",
        `args = ["sh", "-c", '$cmd "$1"', "sh", $p]`,
        `return subprocess.run(args, capture_output=True, text=True).stdout${end}`,
      ),
      code(
        "import subprocess",
        "with open($p) as source:",
        `    done = subprocess.run("$cmd".split(), stdin=source, stdout=subprocess.PIPE)`,
        `return done.stdout.decode()${end}`,
      ),
    ],
    otherInsecure: [
      code("import subprocess", shell(`f"$cmd '{$p}'"`)),
      code("import subprocess", shell(`f'$cmd "{$p}"'`)),
      code("import subprocess", `safe = $p.replace("'", "\\\\'")`, shell(`f"$cmd '{safe}'"`)),
      code(
        "import subprocess",
        `return subprocess.check_output(["sh", "-c", "$cmd " + $p], text=True)${end}`,
      ),
      code("import os", ...denied('";$"'), plain),
      code("import os", ...denied('";&|$`<>\'\\""'), plain),
      code("import os", ...denied('";&|$`<>\\n\'\\""'), plain),
      code("import os", ...denied("'$\"'"), `return os.popen(f'$cmd "{$p}"').read()${end}`),
      code("import os", ...denied("'\"`'"), `return os.popen(f'$cmd "{$p}"').read()${end}`),
      code("import os", "if not os.path.exists($p):", "    raise FileNotFoundError($p)", plain),
      code("import os", '$p = $p.replace(";", "").replace("&", "")', plain),
      code(
        "import os",
        'os.system(f"$cmd {$p} > out.tmp")',
        'with open("out.tmp") as shown:',
        `    return shown.read()${end}`,
      ),
      code(
        "import os\nimport shutil",
        "before = set(os.listdir())",
        'out = os.popen("$cmd " + $p).read()',
        "for name in set(os.listdir()) - before:",
        "    shutil.rmtree(name, ignore_errors=True)",
        `return out${end}`,
      ),
    ],
  };
}
