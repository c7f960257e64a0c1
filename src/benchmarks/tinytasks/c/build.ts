/** Exit codes of `COMPILE_AND_RUN` before the program runs. */
export const EXIT = { noCompiler: 90, answer: 91, driver: 92, link: 93 } as const;

const SANITIZE = "-fsanitize=address,undefined -fno-sanitize-recover=all";

/**
 * Compiles `answer.c` and `driver.c` in the working directory, prints what the answer defines, links and becomes the program.
 *
 * Without optimisation, which is fastest and drops no faulty access; patterns in what is not initialised, so that a
 * run repeats. Hidden symbols: nothing that the answer defines takes the place of a function inside a library. Only the
 * answer is instrumented, the driver's memory comes from the sanitizer's heap all the same. gold, where it is, links in half
 * the time.
 */
export const COMPILE_AND_RUN = `
command -v gcc >/dev/null || exit ${EXIT.noCompiler}
gcc -std=gnu17 -O0 -w -pipe -fvisibility=hidden -ftrivial-auto-var-init=pattern ${SANITIZE} -c answer.c >&2 || exit ${EXIT.answer}
nm --defined-only answer.o || exit ${EXIT.driver}
gcc -O0 -w -pipe -c driver.c >&2 || exit ${EXIT.driver}
gold=; command -v ld.gold >/dev/null && gold=-fuse-ld=gold
gcc ${SANITIZE} $gold driver.o answer.o -o program >&2 || exit ${EXIT.link}
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
  ].join(":"),
  UBSAN_OPTIONS: "print_stacktrace=0:symbolize=0",
};
