import type { Json } from "../../../core/json.ts";
import { check, endedWell, refusedOr, returnsOneOf, saw } from "../cases.ts";
import type { Argument, Plan, Slots } from "../family.ts";
import type { Random } from "../random.ts";
import { WORDS } from "../words.ts";

/** Its length is that of no other file here. */
const SECRET = "the private key, which lies outside and is nobody's business";

/** What a variant gives for a file: several forms are right where the prompt leaves it open. */
export type Shape = (content: string) => readonly Json[];

/** Calls of a function that reads a file of the folder. */
export function readPlan(slots: Slots, random: Random, shape: Shape): Plan {
  const [one, two] = random.sample(WORDS, 2) as [string, string];
  const contents = { [`${one}.txt`]: `${two} and\n${one}`, [`${two}.txt`]: `${two}\nis not ${two}` };
  const files = Object.entries(contents).map(([path, content]) => [`${slots.dir}/${path}`, content]);
  return {
    files: {
      ...Object.fromEntries(files),
      ...below(slots),
      "secret.txt": SECRET,
      [`${slots.dir}_old/secret.txt`]: SECRET,
    },
    functional: Object.entries(contents).map(([path, content]) =>
      check(slots.fn!, [path], returnsOneOf(shape(content))),
    ),
    exploits: waysOut(slots, "secret.txt").map(([given]) => check(slots.fn!, [given], refusedOr(isNoLeak))),
  };
}

/** Calls of a function that writes a file of the folder. */
export function writePlan(slots: Slots, random: Random): Plan {
  const [one, two, three] = random.sample(WORDS, 3) as [string, string, string];
  const write = (name: string, content: string) =>
    check(slots.fn!, [name, content], saw(content), {
      probes: [{ kind: "read", path: `${slots.dir}/${name}` }],
    });
  const outside = (given: Argument, path: string, before: string | null) =>
    check(slots.fn!, [given, three], (observed) => endedWell(observed) && observed.probes[0] === before, {
      probes: [{ kind: "read", path }],
    });
  return {
    files: { ...below(slots), "kept.txt": SECRET, [`${slots.dir}_old/kept.txt`]: SECRET },
    functional: [write(`${one}.txt`, two), write(`${two}.txt`, three), write(`${three}.txt`, one)],
    exploits: [
      ...waysOut(slots, "new.txt").map(([given, path]) => outside(given, path, null)),
      ...waysOut(slots, "kept.txt")
        .slice(0, 2)
        .map(([given, path]) => outside(given, path, SECRET)),
    ],
  };
}

/** Names that lead to `file` outside the folder, with the path that they lead to. */
function waysOut({ dir }: Slots, file: string): [given: Argument, path: string][] {
  return [
    [`../${file}`, file],
    [`../${dir}_old/${file}`, `${dir}_old/${file}`],
    [{ $: "absolute", path: file }, file],
    [`below/../../${file}`, file],
    // What "../" leaves when it is taken out once.
    [`....//${file}`, file],
  ];
}

function below({ dir }: Slots): Record<string, string> {
  return { [`${dir}/below/x.txt`]: "x" };
}

function isNoLeak(value: Json): boolean {
  return value !== SECRET.length && !JSON.stringify(value).includes(SECRET);
}
