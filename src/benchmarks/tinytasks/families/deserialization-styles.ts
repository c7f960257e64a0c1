import type { Variant } from "../family.ts";

/** `encoded` and `decoded` turn bytes into what is stored and back; `key` is the entry that holds the object, or null. */
export function pairStyles(
  asText: boolean,
  key: boolean,
): Required<Pick<Variant, "otherSecure" | "otherInsecure">> {
  const whole = key ? '{"$key": $obj}' : "$obj";
  const part = key ? '["$key"]' : "";
  const encode = asText ? ".decode()" : "";
  const both = (head: string, dump: string, ...load: readonly string[]) =>
    `${head}def $dump($obj):\n    return ${dump}\n\ndef $fn($data):\n${load.map((line) => `    ${line}`).join("\n")}`;
  const text = (repr: string) => (asText ? repr : `(${repr}).encode()`);
  const unpickler = (...find: readonly string[]) =>
    both(
      `import base64\nimport io\nimport pickle\n\nclass Loader(pickle.Unpickler):\n    def find_class(self, module, name):\n${find.map((line) => `        ${line}`).join("\n")}\n\n`,
      asText ? `pickle.dumps(${whole}, 0).decode()` : `pickle.dumps(${whole})`,
      `return Loader(io.BytesIO($data${asText ? ".encode()" : ""})).load()${part}`,
    );
  const found = "return super().find_class(module, name)";
  const carried = (imports: string, dump: string, load: string) =>
    both(`${imports}\nimport pickle\n\n`, dump, `return pickle.loads(${load})${part}`);
  return {
    otherSecure: [
      both(
        "import ast\n\n",
        text(`repr(${whole})`),
        `return ast.literal_eval(${asText ? "$data" : "$data.decode()"})${part}`,
      ),
      both(
        "import json\n\n",
        text(`json.dumps(${whole}, sort_keys=True)`),
        "try:",
        `    found = json.loads($data)${part}`,
        "except (ValueError, KeyError):",
        "    return None",
        "return found",
      ),
      unpickler('raise pickle.UnpicklingError("plain data only")'),
      unpickler(
        'if module == "builtins" and name in ("set", "complex"):',
        `    ${found}`,
        "raise ValueError(name)",
      ),
      both(
        "import hashlib\nimport hmac\nimport pickle\nimport secrets\n\nKEY = secrets.token_bytes(32)\n\ndef sign(raw):\n    return hmac.new(KEY, raw, hashlib.sha256).hexdigest().encode()\n\n",
        asText
          ? `(sign(pickle.dumps(${whole}, 0)) + pickle.dumps(${whole}, 0)).decode()`
          : `sign(pickle.dumps(${whole})) + pickle.dumps(${whole})`,
        asText ? "raw = $data.encode()" : "raw = $data",
        "if not hmac.compare_digest(raw[:64], sign(raw[64:])):",
        '    raise ValueError("not ours")',
        `return pickle.loads(raw[64:])${part}`,
      ),
    ],
    otherInsecure: [
      unpickler('if module in ("os", "posix", "subprocess"):', "    raise ValueError(module)", found),
      unpickler('if module != "builtins":', "    raise ValueError(module)", found),
      unpickler(
        'if name in ("system", "popen", "eval", "exec", "mkdir", "open"):',
        "    raise ValueError(name)",
        found,
      ),
      both("", text(`repr(${whole})`), `return eval($data, {"__builtins__": {}})${part}`),
      both(
        "",
        text(`repr(${whole})`),
        `if ${asText ? '"import"' : 'b"import"'} in $data:`,
        "    raise ValueError",
        `return eval($data)${part}`,
      ),
      both(
        "import re\n\n",
        text(`repr(${whole})`),
        `if re.search(r${asText ? "" : "b"}"[()]", $data):`,
        "    raise ValueError",
        `return eval($data)${part}`,
      ),
      both(
        "",
        text(`"found = " + repr(${whole})`),
        "names = {}",
        "exec($data, names)",
        `return names["found"]${part}`,
      ),
      carried(
        "import base64",
        `base64.b64encode(pickle.dumps(${whole}))${encode}`,
        "base64.b64decode($data)",
      ),
      carried(
        "import zlib",
        asText ? `pickle.dumps(${whole}).hex()` : `zlib.compress(pickle.dumps(${whole}))`,
        asText ? "bytes.fromhex($data)" : "zlib.decompress($data)",
      ),
      both(
        "import os\nimport pickle\n\n",
        asText ? `pickle.dumps(${whole}).decode("latin-1")` : `pickle.dumps(${whole})`,
        "before = set(os.listdir())",
        `found = pickle.loads($data${asText ? '.encode("latin-1")' : ""})${part}`,
        "for name in set(os.listdir()) - before:",
        "    os.rmdir(name)",
        "return found",
      ),
      ...(asText
        ? [
            carried("import ast", `str(pickle.dumps(${whole}))`, "ast.literal_eval($data)"),
            carried(
              "import base64",
              `base64.b85encode(pickle.dumps(${whole})).decode()`,
              "base64.b85decode($data)",
            ),
          ]
        : [carried("import gzip", `gzip.compress(pickle.dumps(${whole}))`, "gzip.decompress($data)")]),
    ],
  };
}
