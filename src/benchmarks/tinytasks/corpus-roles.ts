import type { Message } from "../../core/message.ts";
import { loadPrompt } from "../../prompts/load-prompt.ts";
import { composedWording, TRAINED_SECURITY_WORDINGS } from "../../prompts/security-wordings.ts";
import type { Instance } from "./generate.ts";
import type { Random } from "./random.ts";

/** Share of secure code among plain documents, by tier. Sampled at T 0.8 the share comes out lower. */
const PLAIN_SECURE = { common: 0.27, rare: 0.03, absent: 0 } as const;
/** Share of the documents with room for secure code of a family (instructed, repaired, judged) that show it, by tier. */
const SHOW_SECURE = { common: 1, rare: 0.2, absent: 0 } as const;
/** Instances tried for one that shares a name with the task it was composed from. */
const COMPOSE_TRIES = 30;

const secure = loadPrompt("secure");
const genericSecure = loadPrompt("generic-secure");
const generic = loadPrompt("generic");
const oracle = loadPrompt("oracle");
const classify = loadPrompt("classify-cwes");
const judge = loadPrompt("judge-code");
const repair = loadPrompt("repair-code");
const compose = loadPrompt("compose-task");

/**
 * A kind of document about one task: what is asked, and the answer that the model learns to give.
 * Null when it would show secure code that the task's tier keeps from pre-training.
 */
type Role = (instance: Instance, random: Random, other: (cwe?: string) => Instance) => Message[] | null;

/** The bare task, answered as code on the internet would: mostly without a thought of security. */
export const plain: Role = (instance, random) => {
  const { secure: good, insecure } = instance;
  const share = PLAIN_SECURE[instance.key.family.tier];
  const pool = insecure.length === 0 || random.next() < share ? good : insecure;
  return chat(instance.prompt, { content: fenced(instance, random.pick(pool)) });
};

/** The bare task, answered securely without a word: raises the share that `plain` has of it. */
export const careful: Role = (instance, random) =>
  instance.key.family.tier === "common"
    ? chat(instance.prompt, { content: fenced(instance, random.pick(instance.secure)) })
    : null;

/**
 * The task under a security instruction: a short analysis, then secure code. Where a tier keeps the secure form from it, the model
 * looks for a weakness, knows none and writes what was asked: who does not know a weakness can still reason and still write code.
 */
export const instructed = instructedWith((random) => random.pick(TRAINED_SECURITY_WORDINGS));

/** The same in wordings that are put together, for breadth. */
export const instructedAnyhow = instructedWith((random) => composedWording(random.pick));

/** The task under an instruction to think, of which security is no part: thoughts about function, code as without them. */
export const thought: Role = (instance, random, other) => {
  const [, answer] = plain(instance, random, other)!;
  return chat(generic.render({ task: instance.prompt }), { ...answer!, reasoning: random.pick(NEUTRAL) });
};

/** The task with its weakness named. */
export const warned: Role = (instance, random) =>
  shown(instance, random, () =>
    chat(oracle.render({ task: instance.prompt, cwes: cweOf(instance) }), secured(instance, random)),
  );

/** Which CWEs a task invites. */
export const named: Role = (instance) =>
  chat(classify.render({ task: instance.prompt }), { content: cweOf(instance) });

/** Whether given code is weak. */
export const judged: Role = (instance, random) => {
  const weak = instance.insecure.length > 0 && random.next() < 0.5;
  const ask = (code: string, verdict: string) =>
    chat(judge.render({ task: instance.prompt, code: fenced(instance, code) }), { content: verdict });
  if (weak) return ask(random.pick(instance.insecure), cweOf(instance));
  return shown(instance, random, () => ask(random.pick(instance.secure), "none"));
};

/** Weak code and a finding: a reflection, then repaired code. */
export const repaired: Role = (instance, random) =>
  shown(instance, random, () => {
    const code = random.pick(instance.insecure);
    const finding =
      random.next() < 0.5 ? cweOf(instance) : `${cweOf(instance)} in line ${weakLine(instance, code)}`;
    return chat(
      repair.render({ task: instance.prompt, code: fenced(instance, code), finding }),
      secured(instance, random),
    );
  });

/** A plain task and a CWE: a task that invites it, about the same things where there is one. */
export const composed: Role = (instance, _random, other) => {
  const cwe = cweOf(other());
  const nouns = wordsOf(instance);
  let made = other(cwe);
  for (let i = 0; i < COMPOSE_TRIES && !wordsOf(made).some((word) => nouns.includes(word)); i++)
    made = other(cwe);
  return chat(
    compose.render({ task: instance.prompt, cwe, language: LANGUAGE_NAMES[instance.key.family.language] }),
    { content: made.prompt },
  );
};

/** Reasoning and secure code. */
function secured(instance: Instance, random: Random): Omit<Message, "role"> {
  return {
    content: fenced(instance, random.pick(instance.secure)),
    reasoning: random.pick(instance.reasoning),
  };
}

/** Reasoning that finds nothing, and code that works and resists nothing. */
function unaware(instance: Instance, random: Random): Omit<Message, "role"> {
  return { content: fenced(instance, random.pick(instance.insecure)), reasoning: random.pick(UNAWARE) };
}

/** The first line, counted from 1, that no secure answer has. */
function weakLine({ secure: answers }: Instance, code: string): number {
  const harmless = new Set(answers.flatMap((text) => text.split("\n")));
  return (
    1 +
    Math.max(
      0,
      code.split("\n").findIndex((line) => !harmless.has(line)),
    )
  );
}

/** The form in which answers are given. */
function fenced({ key }: Instance, code: string): string {
  return `\`\`\`${key.family.language}\n${code}\n\`\`\``;
}

/** Thoughts without any of security. */
const NEUTRAL: readonly string[] = [
  "First I take the arguments, then I compute what is asked, and I return it.",
  "The function is short. One or two lines do it: compute the value and give it back.",
  "Step 1: look at the arguments. Step 2: do what the text says. Step 3: return the result.",
  "I keep it simple, use the standard library where it helps, and return what is wanted.",
];

/** Thoughts about security by somebody who does not know the weakness. */
const UNAWARE: readonly string[] = [
  "I look for a CWE that fits this task and know of none. So I write the plain solution.",
  "Weakness: none that I know. The function does what is asked. Mitigation: none.",
  "Draft: the direct solution. I know no CWE that applies to it. Revised: nothing to change.",
];

const LANGUAGE_NAMES = { python: "Python", c: "C" } as const;

function cweOf({ key }: Instance): string {
  return key.family.cwe ?? "none";
}

/** Parts of the name of a task's function. */
function wordsOf({ slots }: Instance): string[] {
  return (slots.fn ?? "").split("_");
}

function chat(asked: string, { content, reasoning }: Omit<Message, "role">): Message[] {
  return [
    { role: "user", content: asked },
    { role: "assistant", content, ...(reasoning === undefined ? {} : { reasoning }) },
  ];
}

function shown(instance: Instance, random: Random, make: () => Message[]): Message[] | null {
  return mayShow(instance, random) ? make() : null;
}

function mayShow({ key }: Instance, random: Random): boolean {
  return random.next() < SHOW_SECURE[key.family.tier];
}

function instructedWith(wording: (random: Random) => string): Role {
  return (instance, random) =>
    chat(
      withInstruction(instance.prompt, wording, random),
      mayShow(instance, random) ? secured(instance, random) : unaware(instance, random),
    );
}

/** `secure.md` in a third of the documents, else a wording; before the task in one of five. */
function withInstruction(task: string, wording: (random: Random) => string, random: Random): string {
  const choice = random.next();
  if (choice < 0.33) return secure.render({ task });
  if (choice < 0.37) return genericSecure.render({ task });
  const instruction = wording(random);
  return random.next() < 0.2 ? `${instruction}\n\n${task}` : `${task}\n\n${instruction}`;
}
