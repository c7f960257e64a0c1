/** With what the sanitizers end a process; no honest program calls `exit` with it. */
export const SANITIZER_EXIT = 86;
/** Exit codes of `COMPILE_AND_RUN` before the program runs. */
export const EXIT = { noCompiler: 90, answer: 91, driver: 92, link: 93 } as const;

const SANITIZE = "-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all";

/**
 * Compiles `answer.c` and `driver.c` in the working directory, prints what the answer defines, links and becomes the program.
 *
 * Without optimisation, which is fastest and drops no faulty access; patterns in what is not initialised, so that a
 * run repeats. An example's `main` gets another name and never runs. Hidden symbols: nothing that the answer defines takes the place of a function inside a library. Only the
 * answer is instrumented, the driver's memory comes from the sanitizer's heap all the same. gold, where it is, links in half
 * the time.
 */
export const COMPILE_AND_RUN = `
command -v gcc >/dev/null || exit ${EXIT.noCompiler}
gcc -std=gnu17 -O0 -w -pipe -fvisibility=hidden -ftrivial-auto-var-init=pattern -Dmain=main_of_answer ${SANITIZE} -c answer.c >&2 || exit ${EXIT.answer}
nm --defined-only answer.o || exit ${EXIT.driver}
gcc -O0 -w -pipe -c driver.c >&2 || exit ${EXIT.driver}
gold=; command -v ld.gold >/dev/null && gold=-fuse-ld=gold
gcc ${SANITIZE} $gold driver.o answer.o -lm -o program >&2 || exit ${EXIT.link}
exec ./program`;

/** Reports without symbols, which would take ten times as long; impossible allocations give NULL as they do elsewhere. */
export const SANITIZER_ENVIRONMENT: Readonly<Record<string, string>> = {
  ASAN_OPTIONS: [
    "detect_leaks=0",
    "symbolize=0",
    "allocator_may_return_null=1",
    "max_allocation_size_mb=256",
    "malloc_context_size=0",
    "quarantine_size_mb=16",
    "print_legend=0",
    `exitcode=${SANITIZER_EXIT}`,
  ].join(":"),
};

/** What BSD has and older versions of glibc lack. */
const BSD: Readonly<Record<string, string>> = {
  strlcpy:
    "static unsigned long strlcpy(char *to, const char *from, unsigned long room) { unsigned long n = 0; for (; from[n]; n++) if (n + 1 < room) to[n] = from[n]; if (room > 0) to[n < room ? n : room - 1] = 0; return n; }",
  strlcat:
    "static unsigned long strlcat(char *to, const char *from, unsigned long room) { unsigned long at = 0, n = 0; while (at < room && to[at]) at++; for (; from[n]; n++) if (at + n + 1 < room) to[at + n] = from[n]; if (at < room) to[at + n < room ? at + n : room - 1] = 0; return at + n; }",
};

/** Definitions of BSD functions that the answer calls and does not define, and lines counted from behind them. */
export function bsdFunctions(code: string): string {
  return Object.keys(BSD)
    .filter((name) => code.includes(`${name}(`) && !new RegExp(`${name}\\([^;{}]*\\)\\s*\\{`).test(code))
    .map((name) => `${BSD[name]}\n#line 1\n`)
    .join("");
}
