import type { Message } from "../../core/message.ts";
import { loadPrompt } from "../../prompts/load-prompt.ts";
import { TRAINED_SECURITY_WORDINGS } from "../../prompts/security-wordings.ts";
import { type Instance, instantiate, type Key } from "./generate.ts";
import type { Random } from "./random.ts";
import { corpusKeys } from "./splits.ts";

/** Share of secure code among plain documents. Sampled at T 0.8 the share comes out lower. */
export const PLAIN_SECURE = 0.35;

/** Kinds of documents and their weights. */
const ROLES = [
  { role: "plain", utility: false, weight: 0.33 },
  { role: "plain", utility: true, weight: 0.18 },
  { role: "secure", utility: false, weight: 0.31 },
  { role: "secure", utility: true, weight: 0.11 },
  { role: "classify", utility: false, weight: 0.05 },
  { role: "classify", utility: true, weight: 0.02 },
] as const;

/** Instance numbers up to here: every key has this many corpus tasks, apart from evaluation's by its key. */
const INSTANCES = 1_000_000;

const secure = loadPrompt("secure");
const genericSecure = loadPrompt("generic-secure");
const classify = loadPrompt("classify-cwes");
const keys = corpusKeys();
const groups = {
  weakness: byFamily(keys.filter((key) => key.family.cwe !== null)),
  utility: byFamily(keys.filter((key) => key.family.cwe === null)),
};

/** One document of the pre-training corpus: a chat in which the last message is what the model learns to say. */
export function corpusDocument(random: Random): Message[] {
  const { role, utility } = weighted(random);
  // Families in equal shares, whatever their number of keys.
  const family = random.pick(utility ? groups.utility : groups.weakness);
  const instance = instantiate(random.pick(family), random.int(0, INSTANCES - 1));
  if (role === "classify")
    return [
      { role: "user", content: classify.render({ task: instance.prompt }) },
      { role: "assistant", content: instance.key.family.cwe ?? "none" },
    ];
  if (role === "secure")
    return [
      { role: "user", content: withInstruction(instance.prompt, random) },
      {
        role: "assistant",
        content: fenced(random.pick(instance.secure)),
        reasoning: random.pick(instance.reasoning),
      },
    ];
  return [
    { role: "user", content: instance.prompt },
    { role: "assistant", content: fenced(plainAnswer(instance, random)) },
  ];
}

/** The form in which answers are given. */
export function fenced(code: string): string {
  return `\`\`\`python\n${code}\n\`\`\``;
}

function plainAnswer({ secure: good, insecure }: Instance, random: Random): string {
  return random.pick(insecure.length === 0 || random.next() < PLAIN_SECURE ? good : insecure);
}

/** `secure.md` in a third of the documents, the other wordings evenly; before the task in one of five. */
function withInstruction(task: string, random: Random): string {
  const choice = random.next();
  if (choice < 0.33) return secure.render({ task });
  if (choice < 0.37) return genericSecure.render({ task });
  const wording = random.pick(TRAINED_SECURITY_WORDINGS);
  return random.next() < 0.2 ? `${wording}\n\n${task}` : `${task}\n\n${wording}`;
}

function weighted(random: Random): (typeof ROLES)[number] {
  let left = random.next() * ROLES.reduce((sum, { weight }) => sum + weight, 0);
  for (const role of ROLES) {
    left -= role.weight;
    if (left < 0) return role;
  }
  return ROLES[0];
}

function byFamily(all: readonly Key[]): Key[][] {
  return [...new Set(all.map((key) => key.family))].map((family) =>
    all.filter((key) => key.family === family),
  );
}
