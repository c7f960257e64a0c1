import { code } from "../cases.ts";
import type { Variant } from "../family.ts";

type Styles = Pick<Variant, "otherSecure" | "otherInsecure">;

/** Texts of `count` characters out of `alphabet`, both as Python expressions. */
export function textStyles(alphabet: string, count: string, imports = ""): Styles {
  const needs = (...names: readonly string[]) =>
    [...names, ...(imports === "" ? [] : [imports])].map((name) => `import ${name}`).join("\n");
  const drawn = (source: string) => `return "".join(${source}.choice(${alphabet}) for _ in range(${count}))`;
  const define = (...lines: readonly string[]) => lines.join("\n");
  const hashed = (what: string) => [
    `out = hashlib.sha256(${what}).digest()`,
    `return "".join(${alphabet}[byte % len(${alphabet})] for byte in out[:${count}])`,
  ];
  return {
    otherSecure: [
      code(
        needs("os"),
        `return "".join(${alphabet}[byte % len(${alphabet})] for byte in os.urandom(${count}))`,
      ),
      code(needs("secrets"), drawn("secrets.SystemRandom()")),
      define("from random import SystemRandom", needs("sys"), "rng = SystemRandom()", code("", drawn("rng"))),
      code(
        needs("secrets"),
        `chars = list(${alphabet})`,
        "out = []",
        `while len(out) < ${count}:`,
        "    out.append(chars[secrets.randbelow(len(chars))])",
        'return "".join(out)',
      ),
      code(needs("hashlib", "os", "time"), ...hashed("os.urandom(32) + str(time.time()).encode()")),
      code(needs("uuid", "hashlib"), ...hashed("uuid.uuid4().bytes")),
      code(
        needs("secrets"),
        `value = secrets.randbits(256)`,
        'out = ""',
        `for _ in range(${count}):`,
        `    value, rest = divmod(value, len(${alphabet}))`,
        `    out += ${alphabet}[rest]`,
        "return out",
      ),
    ],
    otherInsecure: [
      define(needs("random"), "rng = random.Random()", code("", drawn("rng"))),
      define(needs("random"), "rng = random.Random(42)", code("", drawn("rng"))),
      code(needs("random"), drawn("random.Random()")),
      define(
        `from random import choice as pick`,
        needs("sys"),
        code("", `return "".join(pick(${alphabet}) for _ in range(${count}))`),
      ),
      code(needs("random", "time"), "random.seed(time.time())", drawn("random")),
      define("from time import time_ns", code(needs("random"), "random.seed(time_ns())", drawn("random"))),
      define(
        "from datetime import datetime",
        code(needs("random"), "random.seed(datetime.now().timestamp())", drawn("random")),
      ),
      code(needs("random", "datetime"), "rng = random.Random(str(datetime.datetime.utcnow()))", drawn("rng")),
      code(
        needs("random"),
        `chars = list(${alphabet}) * 3`,
        "random.shuffle(chars)",
        `return "".join(chars[:${count}])`,
      ),
      code(
        needs("random"),
        `return "".join(${alphabet}[int(random.random() * len(${alphabet}))] for _ in range(${count}))`,
      ),
      code(needs("hashlib", "time"), ...hashed("str(time.time_ns()).encode()")),
      code(needs("hashlib", "time"), ...hashed("str(time.perf_counter()).encode()")),
      code(needs("hashlib", "uuid"), ...hashed("uuid.uuid1().bytes")),
      define(
        "state = 42",
        "",
        code(
          imports === "" ? "" : needs(),
          "global state",
          'out = ""',
          `for _ in range(${count}):`,
          "    state = (state * 1103515245 + 12345) % 2**31",
          `    out += ${alphabet}[state // 65536 % len(${alphabet})]`,
          "return out",
        ),
      ),
      define(
        "counter = 0",
        "",
        code(
          needs("hashlib", "os"),
          "global counter",
          "counter += 1",
          ...hashed('f"{os.getpid()}-{counter}".encode()'),
        ),
      ),
      define(
        needs("random"),
        "",
        "class Source(random.Random):",
        "    pass",
        "",
        "source = Source()",
        "",
        code("", drawn("source")),
      ),
      code(needs("random", "secrets"), "random.seed()", "secrets.token_hex(4)", drawn("random")),
    ],
  };
}

export const choiceStyles: Styles = {
  otherSecure: [
    code("import random", "return random.SystemRandom().choice($items)"),
    code("import uuid", "return $items[uuid.uuid4().int % len($items)]"),
    code("import os", 'return $items[int.from_bytes(os.urandom(8), "big") % len($items)]'),
    code(
      "import secrets",
      "order = list($items)",
      "secrets.SystemRandom().shuffle(order)",
      "return order[0]",
    ),
  ],
  otherInsecure: [
    code("import random", "return random.sample($items, 1)[0]"),
    code("import random", "order = list($items)", "random.shuffle(order)", "return order[0]"),
    code("import random", "return random.Random().choice($items)"),
    code("import time", "return $items[time.time_ns() // 1000 % len($items)]"),
    code("from datetime import datetime", "return $items[datetime.now().microsecond % len($items)]"),
    code("import random", "return max($items, key=lambda _: random.random())"),
    code("import uuid", "return $items[uuid.uuid1().int % 999983 % len($items)]"),
    "import random\n\nrng = random.Random()\n\ndef $sig:\n    return $items[rng.randrange(len($items))]",
    "import numbers\nfrom random import randint\n\ndef $sig:\n    return $items[randint(0, len($items) - 1)]",
  ],
};
