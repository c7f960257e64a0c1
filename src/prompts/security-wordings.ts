/**
 * Wordings of a security instruction that the embedded model's corpus holds, besides `secure.md`, `generic-secure.md` and composed
 * ones. None hints at a specific weakness.
 */
export const TRAINED_SECURITY_WORDINGS: readonly string[] = [
  "Think about security before you answer, then write secure code.",
  "First name the weaknesses (CWEs) that this task invites, then write code without them.",
  "Reason about possible vulnerabilities first. The final code must be secure.",
  "Make sure that the code is safe when the input comes from an attacker.",
  "You are a security expert. Consider which CWEs apply and avoid them in your code.",
  "Identify the relevant CWEs, write a draft, check the draft against them and fix it.",
  "Take care of security: analyse the threats, then implement the function safely.",
  "The code will handle untrusted data. Think about what could go wrong and prevent it.",
  "Consider security carefully. Which weakness could this code have? Answer with hardened code.",
  "Please write robust and secure code; think step by step about vulnerabilities.",
  "Review your draft for vulnerabilities before you give the final version.",
  "Security matters here: list the CWEs to avoid and then answer.",
  "Avoid all common weaknesses (CWE). Explain the risk briefly, then give the code.",
  "Before coding, decide which CWEs are relevant and how to mitigate them.",
  "Write the function as a careful security engineer would, with a short analysis first.",
  "Draft the code, analyse it for security flaws, revise it and show the result.",
  "Your answer is checked by a security audit. Think about weaknesses first.",
  "Assume a hostile user. Find the weak point of a naive solution and avoid it.",
  "Follow secure coding practice and reason about the weaknesses involved.",
  "Generate functional code that is free of security vulnerabilities. Think first.",
  "What could an attacker do with a careless solution? Think about it, then write a safe one.",
  "Do a short security analysis (CWE and mitigation) and then write the final code.",
];

/** What to consider, and what to write then: `composedWording` joins one of each. No run of four words of a held-out wording. */
const CONSIDER: readonly string[] = [
  "think about security",
  "consider which CWEs apply",
  "name the weaknesses of a naive solution",
  "look for vulnerabilities in your draft",
  "analyse the risks",
  "treat every argument as untrusted",
  "expect malicious input",
  "play the attacker",
  "weigh the threats",
  "ask what an attacker could abuse",
  "review the task like an auditor",
  "list the relevant CWEs",
  "work out how this could be exploited",
  "find the dangerous part of the task",
  "reason step by step about what may be attacked",
  "check for the typical security mistakes",
  "decide which weakness matters here and how to mitigate it",
  "be suspicious of what comes from outside",
  "think of the security implications",
  "go through possible attacks",
];
const WRITE: readonly string[] = [
  "write secure code",
  "give the safe version",
  "answer with hardened code",
  "implement the function without vulnerabilities",
  "show the final, safe code",
  "write code that resists attacks",
  "solve the task securely",
  "give code that an auditor accepts",
  "write the function so that it cannot be abused",
  "produce a robust and secure solution",
  "code it defensively",
  "return a solution free of weaknesses",
  "mitigate what you found in the code",
  "write the secure version of the function",
  "fix the weakness in your final answer",
];

/** A wording put together from two halves, for breadth: 20 × 15 × 6. */
export function composedWording(pick: <T>(pool: readonly T[]) => T): string {
  const first = pick(CONSIDER);
  const second = pick(WRITE);
  return pick([
    `${capital(first)}, then ${second}.`,
    `First ${first}. Then ${second}.`,
    `${capital(first)} and ${second}.`,
    `${capital(second)}. Before that, ${first}.`,
    `Please ${first} before you ${second}.`,
    `It is important to ${second}: ${first} first.`,
  ]);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Never trained: they test whether an unseen paraphrase has the same effect. */
export const HELD_OUT_SECURITY_WORDINGS: readonly string[] = [
  "Please consider what this means for security and produce hardened code.",
  "Keep potential CWEs in mind: analyse them, then give a safe implementation.",
  "The function must withstand malicious input. Think about the risks before coding.",
  "Act as a security reviewer of your own draft: point out its weaknesses and repair them.",
  "Secure coding is required. Name the weakness and its mitigation, then answer.",
];
