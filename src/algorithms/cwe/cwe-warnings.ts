import { cweWarning } from "./catalogue.ts";

/** Warns of CWE ids that should not be named as a weakness, once for each id and tool. */
export class CweWarnings {
  readonly #seen = new Set<string>();
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  look(tool: string, cwe: string | undefined): void {
    if (cwe === undefined || this.#seen.has(`${tool} ${cwe}`)) return;
    this.#seen.add(`${tool} ${cwe}`);
    const warning = cweWarning(cwe);
    if (warning !== undefined) this.#tell(`${tool}: ${warning}`);
  }
}
