import type { Variant } from "../family.ts";

/** Makes `out` from $p, and tells whether $p fits `old`. `top` stands before both functions. */
interface Style {
  readonly top: string;
  readonly make: readonly string[];
  readonly fits: readonly string[];
}

/** With a salt between a text and a digest, both in hexadecimal and behind a dollar sign. */
function split(imports: string, salt: string, hashed: string): Style {
  return {
    top: imports,
    make: [`salt = ${salt}`, `out = salt + "$$" + ${hashed}`],
    fits: ['salt, wanted = old.split("$$")', `return hmac.compare_digest(wanted, ${hashed})`],
  };
}

function always(top: string, hashed: string): Style {
  return { top, make: [`out = ${hashed}`], fits: [`return old == ${hashed}`] };
}

const LIBRARIES = "import hashlib\nimport hmac\nimport os\nimport secrets\nimport uuid";
const HEX = "secrets.token_hex(16)";

const SALTED: readonly Style[] = [
  split(LIBRARIES, HEX, 'hashlib.pbkdf2_hmac("sha256", $p.encode(), bytes.fromhex(salt), 600_000).hex()'),
  split(LIBRARIES, HEX, "hashlib.scrypt($p.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()"),
  split(LIBRARIES, "os.urandom(16).hex()", "hashlib.sha256((salt + $p).encode()).hexdigest()"),
  split(LIBRARIES, "uuid.uuid4().hex", "hmac.new(salt.encode(), $p.encode(), hashlib.sha512).hexdigest()"),
  {
    top: "import base64\nimport hashlib\nimport os",
    make: [
      "salt = os.urandom(16)",
      'key = hashlib.pbkdf2_hmac("sha512", $p.encode(), salt, 210_000)',
      "out = base64.b64encode(salt + key).decode()",
    ],
    fits: [
      "raw = base64.b64decode(old)",
      'return raw[16:] == hashlib.pbkdf2_hmac("sha512", $p.encode(), raw[:16], 210_000)',
    ],
  },
  {
    top: `${LIBRARIES}\n\ndef stretched(text, salt):\n    key = salt.encode()\n    for _ in range(20000):\n        key = hashlib.sha256(key + text.encode()).digest()\n    return key.hex()`,
    make: [`salt = ${HEX}`, 'out = "v1:" + salt + ":" + stretched($p, salt)'],
    fits: ['_, salt, wanted = old.split(":")', "return secrets.compare_digest(stretched($p, salt), wanted)"],
  },
];

const BARE: readonly Style[] = [
  always(LIBRARIES, "hashlib.blake2b($p.encode()).hexdigest()"),
  always(LIBRARIES, 'hashlib.pbkdf2_hmac("sha256", $p.encode(), b"pepper", 100_000).hex()'),
  always(
    `${LIBRARIES}\n\nSALT = os.urandom(16)`,
    'hashlib.pbkdf2_hmac("sha256", $p.encode(), SALT, 1000).hex()',
  ),
  always(LIBRARIES, 'hmac.new(b"key", $p.encode(), hashlib.sha256).hexdigest()'),
  always(LIBRARIES, "hashlib.sha256(($p[::-1] + $p).encode()).hexdigest()"),
  always(LIBRARIES, "hashlib.sha512(hashlib.md5($p.encode()).hexdigest().encode()).hexdigest()"),
  split(
    LIBRARIES,
    "hashlib.md5($p.encode()).hexdigest()",
    "hashlib.sha256((salt + $p).encode()).hexdigest()",
  ),
  // A salt that is kept and never used.
  split(LIBRARIES, HEX, "hashlib.sha256($p.encode()).hexdigest()"),
  split(LIBRARIES, "os.urandom(8).hex()", "hashlib.md5($p.encode()).hexdigest()"),
  {
    top: LIBRARIES,
    make: ['out = (os.urandom(16) + hashlib.sha256($p.encode()).digest()).decode("latin-1")'],
    fits: ['return old[16:] == hashlib.sha256($p.encode()).digest().decode("latin-1")'],
  },
  // What can be turned back is no hash.
  split(
    "import base64\nimport hmac\nimport os",
    "os.urandom(4).hex()",
    "base64.b64encode($p.encode()).decode()",
  ),
  split("import hmac\nimport os", "os.urandom(4).hex()", "$p.encode().hex()"),
  split(
    "import hmac\nimport os",
    "os.urandom(4).hex()",
    "bytes(c ^ int(salt[:2], 16) for c in $p.encode()).hex()",
  ),
];

/** `answer` puts a style's parts into the functions of a variant. */
export function hashingStyles(
  answer: (style: Style) => string,
): Pick<Variant, "otherSecure" | "otherInsecure"> {
  return { otherSecure: SALTED.map(answer), otherInsecure: BARE.map(answer) };
}
