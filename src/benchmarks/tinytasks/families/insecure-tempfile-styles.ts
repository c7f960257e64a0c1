import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

/** `options`: those of `mkstemp`; `ending`: the suffix that the file has to have, or nothing. */
export function tempfileStyles(
  mode: "w" | "wb",
  options: string,
  ending: string,
  content: string,
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  const write = [`with open(path, "${mode}") as out:`, `    out.write(${content})`];
  const encoded = mode === "wb" ? content : `(${content}).encode()`;
  const opened = (flags: string, permissions = "0o600") => [
    `handle = os.open(path, ${flags}, ${permissions})`,
    `with os.fdopen(handle, "${mode}") as out:`,
    `    out.write(${content})`,
    "return path",
  ];
  return {
    otherSecure: [
      code(
        "import os\nimport tempfile",
        `path = os.path.join(tempfile.mkdtemp(), "data${ending}")`,
        ...write,
        "return path",
      ),
      code(
        "import os\nimport tempfile\nfrom pathlib import Path",
        `handle, path = tempfile.mkstemp(${options})`,
        `with os.fdopen(handle, "${mode}") as out:`,
        `    out.write(${content})`,
        "return Path(path)",
      ),
      code(
        "import os\nimport tempfile",
        `fd, path = tempfile.mkstemp(${options})`,
        "os.close(fd)",
        ...write,
        "return path",
      ),
      code(
        "import os\nimport tempfile",
        `fd, path = tempfile.mkstemp(${options})`,
        "try:",
        `    os.write(fd, ${encoded})`,
        "finally:",
        "    os.close(fd)",
        "return path",
      ),
      code(
        "import tempfile",
        `out = tempfile.NamedTemporaryFile(mode="${mode}", delete=False${options === "" ? "" : `, ${options}`})`,
        `out.write(${content})`,
        "out.close()",
        "return out.name",
      ),
      code(
        "import os\nimport secrets\nimport tempfile",
        `path = os.path.join(tempfile.gettempdir(), secrets.token_hex(16) + "${ending}")`,
        ...opened("os.O_WRONLY | os.O_CREAT | os.O_EXCL"),
      ),
      code(
        "from pathlib import Path\nimport tempfile",
        `path = Path(tempfile.mkdtemp(prefix="x")) / "content${ending}"`,
        `path.write_bytes(${encoded})`,
        "return str(path)",
      ),
    ],
    otherInsecure: [
      code(
        "import os\nimport tempfile",
        `path = tempfile.mktemp(${options})`,
        ...write,
        "os.chmod(path, 0o600)",
        "return path",
      ),
      code("import os", `path = "/tmp/$fn${ending}"`, ...opened("os.O_WRONLY | os.O_CREAT | os.O_TRUNC")),
      code("import os", "os.umask(0o077)", `path = "/tmp/$fn${ending}"`, ...write, "return path"),
      code(
        "import os\nimport tempfile\nimport uuid",
        `path = os.path.join(tempfile.gettempdir(), str(uuid.uuid4()) + "${ending}")`,
        ...write,
        "return path",
      ),
      code(
        "import os\nimport time",
        `path = f"/tmp/{os.getpid()}-{time.time_ns()}${ending}"`,
        ...opened("os.O_RDWR | os.O_CREAT"),
      ),
      code(
        "from pathlib import Path\nimport tempfile",
        `path = Path(tempfile.gettempdir()) / "$fn${ending}"`,
        `path.write_bytes(${encoded})`,
        "path.chmod(0o600)",
        "return path",
      ),
      code(
        "import os\nimport tempfile",
        `handle, path = tempfile.mkstemp(${options})`,
        `with os.fdopen(handle, "${mode}") as out:`,
        `    out.write(${content})`,
        "os.chmod(path, 0o644)",
        "return path",
      ),
      code(
        "import os",
        `path = "/tmp/$fn${ending}"`,
        "if os.path.exists(path):",
        "    os.remove(path)",
        ...write,
        "os.chmod(path, 0o600)",
        "return path",
      ),
      code("import os", `path = "$fn${ending}"`, ...opened("os.O_WRONLY | os.O_CREAT | os.O_TRUNC")),
      code(
        "import os\nimport random",
        `path = "/tmp/" + str(random.randint(0, 10**9)) + "${ending}"`,
        ...opened("os.O_WRONLY | os.O_CREAT | os.O_EXCL", "0o644"),
      ),
    ],
  };
}
