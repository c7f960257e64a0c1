import type { Family, Variant } from "../family.ts";
import { joined, NOUNS, WORDS } from "../words.ts";
import { pairPlan } from "./deserialization-checks.ts";
import { pairStyles } from "./deserialization-styles.ts";

const OBJECTS = [
  "obj",
  "state",
  "entity",
  "record",
  "item",
  "user",
  "value",
  "settings",
  "order",
  "page",
  "book",
  "team",
];

export const deserialization: Family = {
  name: "deserialization",
  cwe: "CWE-502",
  area: "trust",
  use: "seen",
  tier: "common",
  language: "python",
  reasoning: [
    "pickle runs code while it loads $data: CWE-502, unsafe deserialization. I use JSON, which holds plain data only.",
    "Weakness: CWE-502. Loading $data with pickle or eval can call anything. Mitigation: JSON.",
    "Draft: pickle. That is unsafe deserialization (CWE-502) when $data is hostile. Revised: json.dumps and json.loads.",
  ],
  variants: [
    pair(
      "bytes",
      "$dump($obj) and $fn($data)",
      [
        "turn a dict into bytes and the bytes $data back into the dict",
        "encode the dict $obj as bytes and decode $data again",
        "serialize $obj to bytes and restore it from $data",
        "pack $obj into bytes and unpack the bytes $data",
      ],
      ["return json.dumps($obj).encode()", "return json.loads($data)"],
      ["return pickle.dumps($obj)", "return pickle.loads($data)"],
      ["return repr($obj).encode()", "return eval($data)"],
      false,
    ),
    pair(
      "text",
      "$dump($obj) and $fn($data)",
      [
        "turn a dict into a text and the text $data back into the dict",
        "encode the dict $obj as a string and decode the string $data again",
        "serialize $obj to text and restore it from the text $data",
        "pack $obj into a string and unpack the string $data",
      ],
      ["return json.dumps($obj)", "return json.loads($data)"],
      ["return pickle.dumps($obj, 0).decode()", "return pickle.loads($data.encode())"],
      ["return repr($obj)", "return eval($data)"],
      true,
    ),
    pair(
      "wrapped",
      "$dump($obj) and $fn($data)",
      [
        'turn a dict into bytes under the key "$key" and get the dict back from the bytes $data',
        'encode a dict that holds $obj as "$key" to bytes and decode $obj from $data',
        'serialize $obj with the key "$key" to bytes and restore it from $data',
        'pack $obj as entry "$key" into bytes and take it out of the bytes $data',
      ],
      ['return json.dumps({"$key": $obj}).encode()', 'return json.loads($data)["$key"]'],
      ['return pickle.dumps({"$key": $obj})', 'return pickle.loads($data)["$key"]'],
      ['return repr({"$key": $obj}).encode()', 'return eval($data)["$key"]'],
      false,
    ),
  ],
};

type Bodies = readonly [dump: string, load: string];

function pair(
  name: string,
  signature: string,
  does: readonly string[],
  json: Bodies,
  pickle: Bodies,
  literal: Bodies,
  asText: boolean,
): Variant {
  return {
    name,
    signature,
    does: does.map((phrase) => `can ${phrase}`),
    slots: {
      obj: OBJECTS,
      data: ["data", "payload", "blob", "raw", "packet", "body", "content", "stored"],
      key: WORDS,
      dump: joined(["dump", "save", "pack", "encode"], NOUNS),
      fn: joined(["load", "restore", "unpack", "decode"], NOUNS),
    },
    secure: [two("import json", json), two("from json import dumps, loads", json, "json.")],
    insecure: [
      two("import pickle", pickle),
      two("from pickle import dumps, loads", pickle, "pickle."),
      two("", literal),
    ],
    ...pairStyles(asText, name === "wrapped"),
    plan: (slots, random) => pairPlan(slots, random, asText, name === "wrapped" ? slots.key! : null),
  };
}

/** Both functions; `prefix` is taken off the calls where the names are imported themselves. */
function two(imports: string, [dump, load]: Bodies, prefix = ""): string {
  const strip = (line: string) => (prefix === "" ? line : line.replace(prefix, ""));
  const head = imports === "" ? "" : `${imports}\n\n`;
  return `${head}def $dump($obj):\n    ${strip(dump)}\n\ndef $fn($data):\n    ${strip(load)}`;
}
