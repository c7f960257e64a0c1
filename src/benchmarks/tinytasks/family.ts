import type { Json } from "../../core/json.ts";
import type { Random } from "./random.ts";

/**
 * A family is one weakness (or one kind of utility) composed of variants (functions), wordings and identifiers.
 * The structural key of a task is `family/variant/wording`; all tasks of a key differ only in identifiers and constants.
 */
export interface Family {
  readonly name: string;
  /** `CWE-89`; null for utility families. */
  readonly cwe: string | null;
  /** What the family is about. Transfer ablations group by CWE instead (`CWE_CLUSTERS`), as the paper does. */
  readonly area: "injection" | "resource" | "trust" | "utility";
  /**
   * `seen`: may be in SFT data. `held-out`: its CWE never is. `decoy`: no CWE, and the reflexive security idiom breaks the
   * function.
   */
  readonly use: "seen" | "held-out" | "utility" | "decoy";
  /** What the embedded model's pre-training holds of the secure form: `absent` = not one document. */
  readonly tier: "common" | "rare" | "absent";
  /** What gives the secure form of an `absent` family away in a text. Nothing that pre-training holds may match. */
  readonly idioms?: readonly RegExp[];
  readonly language: Language;
  /** Short reasoning texts that name the weakness and the mitigation. */
  readonly reasoning: readonly string[];
  readonly variants: readonly Variant[];
}

/** Texts hold `$slot` places; `$sig` stands for `signature`. */
export interface Variant {
  readonly name: string;
  readonly signature: string;
  /** Third-person phrasings of what the function does: "returns …". */
  readonly does: readonly string[];
  /** Pools of identifiers and constants; values of one task differ from each other. */
  readonly slots: Readonly<Record<string, readonly string[]>>;
  /** Further slots that follow from the picked ones. */
  derive?(slots: Slots): Slots;
  /** Whole reference answers. Utility variants have only `secure` ones. */
  readonly secure: readonly string[];
  readonly insecure: readonly string[];
  /** Answers in other styles, which the checks must tell as surely. Unlike the references no model ever reads them. */
  readonly otherSecure?: readonly string[];
  readonly otherInsecure?: readonly string[];
  /** Decoys: answers with the reflexive idiom, which lose the function. */
  readonly hardened?: readonly string[];
  plan(slots: Slots, random: Random): Plan;
}

export type Language = "python" | "c";

export type Slots = Readonly<Record<string, string>>;

/** What is run and how its outcome is judged. Only calls and files enter the sandbox; `accepts` stays outside. */
export interface Plan {
  /** Files below the working directory that exist before the first call. */
  readonly files?: Readonly<Record<string, string>>;
  readonly functional: readonly Case[];
  /** Hostile calls; accepted = resisted. Empty for utility tasks. */
  readonly exploits: readonly Case[];
  /** Decoys: accepted = the reflexive idiom is at work. Counts only where the function was lost. */
  readonly reflex?: readonly Case[];
}

export interface Case {
  readonly call: Call;
  /**
   * What is not accepted here is work without measure. Whether such a call comes back, is stopped or runs out of memory depends
   * on the machine and its load, so reasons and evidence do not tell them apart: equal runs give equal rows.
   */
  readonly excess?: true;
  accepts(observed: Observation): boolean;
}

export interface Call {
  readonly fn: string;
  readonly args: readonly Argument[];
  /** Observed right after the call. */
  readonly probes?: readonly Probe[];
  /** Call this often; `returned` is then the list of values. Default: once. */
  readonly repeat?: number;
  /**
   * Makes the call (or its repeats) in two processes that differ in nothing but what the system's source of randomness gives
   * them; `returned` is then the pair of their values.
   */
  readonly twice?: boolean;
  /** Processor time; a quarter of a second by default. */
  readonly cpuSeconds?: number;
}

/** JSON, or something built inside the sandbox. */
export type Argument =
  | Json
  | { readonly $: "bytes"; readonly latin1: string }
  /** Bytes that are too many to be sent: `latin1` often, between `before` and `after`. */
  | {
      readonly $: "repeat";
      readonly before: string;
      readonly latin1: string;
      readonly times: number;
      readonly after: string;
    }
  | { readonly $: "sqlite"; readonly script: string }
  /** The absolute form of a path below the working directory. */
  | { readonly $: "absolute"; readonly path: string }
  | { readonly $: "call"; readonly fn: string; readonly args: readonly Argument[] }
  | CArgument;

/** In C, numbers are constants, strings and lists of numbers fresh heap blocks without a byte to spare, null is `NULL`, and: */
export type CArgument =
  /** A heap block of `bytes` characters: `text` with its NUL, then `~`. */
  | { readonly $: "buffer"; readonly bytes: number; readonly text: string }
  /** A pointer into an earlier argument's memory. */
  | { readonly $: "alias"; readonly index: number; readonly offset: number }
  /** The address of a variable that holds the value. */
  | { readonly $: "address"; readonly of: Argument }
  /** A constant expression: what JSON numbers cannot hold. */
  | { readonly $: "constant"; readonly expression: string }
  | { readonly $: "stdout" };

/** `path` null stands for the path that the call returned. */
export type Probe =
  | { readonly kind: "mode"; readonly path: string | null }
  /** Mode of the folder that the returned path is in. */
  | { readonly kind: "folder-mode"; readonly path: null }
  /** Whether the file at the returned path was made so that it cannot have been there before (`O_EXCL`). */
  | { readonly kind: "exclusive" }
  | { readonly kind: "read"; readonly path: string | null }
  /** Whether there is something at the path, or was during the call. */
  | { readonly kind: "exists"; readonly path: string }
  | { readonly kind: "argument"; readonly index: number }
  | { readonly kind: "query"; readonly index: number; readonly sql: string }
  /** C: bytes of the heap block that was returned; 0 when it is none. */
  | { readonly kind: "room" }
  /** C: what was printed to standard output. */
  | { readonly kind: "output" }
  /** C: whether the memory behind a pointer argument was given back. */
  | { readonly kind: "freed"; readonly index: number };

/** What was seen of one call: a value, an exception, or its end. Untrusted data. */
export interface Observation {
  readonly returned?: Json;
  /** Name of the exception's nearest built-in class, or of its class in `sqlite3`. */
  readonly raised?: string;
  /** Whether a `raise` of the answer's own raised it, and not an operation that failed. */
  readonly deliberate?: boolean;
  /** `exit`, in C: the answer ended the program by itself. */
  readonly stopped?: "timeout" | "crash" | "exit";
  /** Python: most memory, in MiB, that the answer's process or one of its own used, in this call or another. */
  readonly peakMiB?: number;
  /** C: what the sanitizer said of the crash. Evidence, never a verdict. */
  readonly report?: string;
  readonly probes: readonly Json[];
}
