import { createHash } from "node:crypto";
import { bytes, check, code, returns, text } from "../cases.ts";
import type { Argument, Family, Variant } from "../family.ts";
import { DATA, NOUNS, VALUES, WORDS } from "../words.ts";
import { DECOY, decoy } from "./decoy.ts";

const STRONG = ["sha256", "sha512", "sha384", "sha224"];

export const namedDigest: Family = {
  ...DECOY,
  name: "named-digest",
  reasoning: [
    "The other side expects just this digest as a checksum: no CWE applies. Another one would not match.",
    "Weakness: none. The digest only finds copying errors. Mitigation: not needed.",
    "Draft: the digest that is asked for. No CWE applies to a checksum. Revised: nothing to change.",
  ],
  variants: [
    digest(
      "text",
      "$p",
      ["checksum", "digest", "code_of", "sum"],
      [
        "returns the $algo checksum of the text $p in hexadecimal, as old clients expect it",
        "computes the $algo hex digest of the text $p to compare it with an existing list",
        "gives the $algo of the string $p as a hex text, for a protocol that needs $algo",
        "makes the $algo hex checksum of $p that an older server compares",
      ],
      "$p.encode()",
      "",
      (word) => word,
    ),
    digest(
      "bytes",
      "$data",
      ["checksum", "digest", "code_of", "sum"],
      [
        "returns the $algo checksum of the bytes $data in hexadecimal, as old clients expect it",
        "computes the $algo hex digest of the bytes $data to compare it with an existing list",
        "gives the $algo of the bytes $data as a hex text, for a protocol that needs $algo",
        "makes the $algo hex checksum of the bytes $data that an older server compares",
      ],
      "$data",
      "",
      (word) => bytes(word),
    ),
    digest(
      "labelled",
      "$p",
      ["etag", "label", "tag", "mark"],
      [
        'returns "$prefix" and the $algo checksum of the text $p in hexadecimal, as old clients expect it',
        'computes the $algo hex digest of the text $p and puts "$prefix" in front, for an existing list',
        'gives "$prefix" plus the $algo of the string $p as a hex text, for a protocol that needs $algo',
        'makes "$prefix" with the $algo hex checksum of $p that an older server compares',
      ],
      "$p.encode()",
      '"$prefix" + ',
      (word) => word,
    ),
  ],
};

function digest(
  name: string,
  parameter: string,
  verbs: readonly string[],
  does: readonly string[],
  input: string,
  before: string,
  argument: (word: string) => Argument,
): Variant {
  const direct = (hash: string) =>
    code("import hashlib", `return ${before}hashlib.${hash}(${input}).hexdigest()`);
  const named = (hash: string) =>
    code(`from hashlib import ${hash}`, `found = ${hash}(${input})`, `return ${before}found.hexdigest()`);
  const prefixOf = (prefix: string) => (before === "" ? "" : prefix);
  return decoy({
    name,
    parameters: parameter,
    verbs,
    does,
    slots: {
      p: VALUES,
      data: DATA,
      algo: ["md5", "sha1"],
      prefix: NOUNS.map((noun) => `${noun}:`),
    },
    plain: [direct("$algo"), named("$algo")],
    hardened: [direct("sha256"), named("sha256"), direct("sha512")],
    functional: (slots, random) =>
      random
        .sample(WORDS, 2)
        .map((word) =>
          check(
            slots.fn!,
            [argument(word)],
            returns(prefixOf(slots.prefix!) + createHash(slots.algo!).update(word).digest("hex")),
          ),
        ),
    reflex: ({ fn }) => [
      check(fn!, [argument("reflex")], (seen) =>
        STRONG.some((one) => text(seen)?.endsWith(createHash(one).update("reflex").digest("hex"))),
      ),
    ],
  });
}
