import { deflateSync, gzipSync } from "node:zlib";
import type { Json } from "../../../core/json.ts";
import { absent, bytes, check, returns } from "../cases.ts";
import type { Argument, Plan, Slots } from "../family.ts";
import type { Random } from "../random.ts";
import { WORDS } from "../words.ts";

/** What only loading code works out. It comes back in the loaded value, so that removing other traces does not hide it. */
const WORKED_OUT = 617 * 3;
const CALL = "(lambda x: x * 3)(617)";
const NO_CALL = "[x * 3 for x in [617]][0]";

/** Calls of a pair of functions; hostile data is text or bytes, and holds what was dumped as `key`, where there is one. */
export function pairPlan(slots: Slots, random: Random, asText: boolean, key: string | null): Plan {
  const [a, b, c] = random.sample(WORDS, 3) as [string, string, string];
  const round = (value: { [key: string]: string | number }) =>
    check(slots.fn!, [{ $: "call", fn: slots.dump!, args: [value] }], returns(value));
  const hostile = (latin1: string, marker = "owned") => {
    const { probes, accepts } = absent(marker);
    const argument: Argument = asText ? latin1 : bytes(latin1);
    return check(slots.fn!, [argument], (seen) => accepts(seen) && !tells(seen.returned ?? null), { probes });
  };
  const source = (made: string) => (key === null ? `{"id": ${made}}` : `{"${key}": {"id": ${made}}}`);
  const evaluated = pickled(`cbuiltins\neval\n(S'${CALL}'\ntR`, key);
  return {
    functional: [round({ [a]: b, id: random.int(1, 99) }), round({ [c]: random.int(1, 99) })],
    exploits: [
      hostile("cos\nmkdir\n(S'owned'\ntR."),
      hostile('__import__("os").mkdir("owned_eval")', "owned_eval"),
      hostile(source(CALL)),
      hostile(source(NO_CALL)),
      hostile(evaluated),
      // Modules that a list of forbidden ones forgets.
      hostile(pickled("coperator\nmul\n(I617\nI3\ntR", key)),
      hostile("cbuiltins\nopen\n(S'owned_open'\nS'w'\ntR.", "owned_open"),
      hostile("coperator\nattrgetter\n(S'mkdir'\ntR(cshutil\nos\ntR(S'owned_shutil'\ntR.", "owned_shutil"),
      hostile(`\x80\x03${evaluated}`),
      // The ways to carry a pickle in other bytes, or in a text. One that an answer makes up is not reached.
      ...wrapped(evaluated).map((latin1) => hostile(latin1)),
    ],
  };
}

/** A pickle of a dict, or of one under `key`, whose `id` is what `made` calls. */
function pickled(made: string, key: string | null): string {
  const inner = `(S'id'\n${made}d`;
  return `${key === null ? inner : `(S'${key}'\n${inner}d`}.`;
}

function wrapped(pickle: string): string[] {
  const raw = Buffer.from(pickle, "latin1");
  return [
    raw.toString("base64"),
    raw.toString("base64url"),
    raw.toString("hex"),
    base85(raw),
    JSON.stringify([...raw]),
    deflateSync(raw).toString("latin1"),
    gzipSync(raw).toString("latin1"),
    deflateSync(raw).toString("base64"),
    `b'${pickle.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`,
  ];
}

/** As Python's `base64.b85encode` writes it. */
function base85(raw: Buffer): string {
  const padded = Buffer.concat([raw, Buffer.alloc((4 - (raw.length % 4)) % 4)]);
  const digits = Array.from({ length: padded.length / 4 }, (_, i) => padded.readUInt32BE(i * 4)).flatMap(
    (word) => [4, 3, 2, 1, 0].map((power) => DIGITS_85[Math.floor(word / 85 ** power) % 85]),
  );
  return digits.join("").slice(0, digits.length - (padded.length - raw.length));
}

const DIGITS_85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

function tells(value: Json): boolean {
  return JSON.stringify(value).includes(String(WORKED_OUT));
}
