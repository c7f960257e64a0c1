import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** Ways to write `content`, a Python expression, to the file $p. */
export function permissionStyles(
  mode: "w" | "wb",
  content: string,
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const write = [`with open($p, "${mode}") as out:`, `    out.write(${content})`];
  const within = write.map((line) => `    ${line}`);
  const encoded = mode === "wb" ? content : `(${content}).encode()`;
  const opened = (permissions: string) => [
    `fd = os.open($p, os.O_WRONLY | os.O_CREAT | os.O_TRUNC${permissions})`,
    "try:",
    `    os.write(fd, ${encoded})`,
    "finally:",
    "    os.close(fd)",
  ];
  return {
    otherSecure: [
      code("import os", "old = os.umask(0o077)", "try:", ...within, "finally:", "    os.umask(old)"),
      code(
        "import os",
        "def private(name, flags):",
        "    return os.open(name, flags, 0o600)",
        "",
        `with open($p, "${mode}", opener=private) as out:`,
        `    out.write(${content})`,
      ),
      code("from pathlib import Path", "Path($p).touch(mode=0o600)", `Path($p).write_bytes(${encoded})`),
      code("import os\nimport stat", ...write, "os.chmod($p, stat.S_IRUSR | stat.S_IWUSR)"),
      code(
        "import os",
        `with open($p, "${mode}") as out:`,
        "    os.fchmod(out.fileno(), 0o600)",
        `    out.write(${content})`,
      ),
      code("import os", ...opened(", 0o600")),
      code("import os\nimport stat", ...opened(", stat.S_IRWXU")),
      code(
        "import os\nimport tempfile",
        'fd, name = tempfile.mkstemp(dir=os.path.dirname($p) or ".")',
        `with os.fdopen(fd, "${mode}") as out:`,
        `    out.write(${content})`,
        "os.replace(name, $p)",
      ),
      code("import os", "if os.path.exists($p):", "    os.remove($p)", ...opened(", 0o400")),
      code(
        "from pathlib import Path",
        "target = Path($p)",
        `target.write_bytes(${encoded})`,
        "target.chmod(0o600)",
        "return True",
      ),
    ],
    otherInsecure: [
      code("from pathlib import Path", `Path($p).write_bytes(${encoded})`),
      code("import os", ...opened("")),
      code("import os", ...opened(", 0o644")),
      code("import os", ...opened(", 0o640")),
      code("import os", "os.umask(0)", ...opened(", 0o666")),
      code("import os", ...write, "os.chmod($p, 0o640)"),
      code("import os", ...write, "os.chmod($p, 0o604)"),
      code("import os", ...write, "os.chmod($p, 0o444)"),
      code("import os\nimport stat", ...write, "os.chmod($p, stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)"),
      code("import os", "os.umask(0o077)", ...write, "os.chmod($p, 0o664)"),
      code("import os", ...write, "os.makedirs('keys', mode=0o700, exist_ok=True)"),
      code(
        "import os\nimport shutil",
        `with open($p + ".new", "${mode}") as out:`,
        `    out.write(${content})`,
        'shutil.copy($p + ".new", $p)',
        'os.chmod($p + ".new", 0o600)',
      ),
    ],
  };
}
