/**
 * Ways to silence the sanitizers or to reach the driver from the answer's side. No task of the suite needs one of them, so
 * naming one is tampering. This list is the first layer; the process boundary (a child per call, the nonce unread, hidden
 * symbols) is the other.
 */
const FORBIDDEN: readonly RegExp[] = [
  // Sanitizers off, assembly, attributes and pragmas; whatever begins with two underscores but the overflow checks.
  /no_sanitize|\b__(?!builtin_(?:add|sub|mul)_overflow\b|func__\b)\w*|\b(?:asm|_Pragma|_IO\w*)\b|#\s*pragma\b/,
  // Spellings that hide a name from this list: spliced lines, pasted tokens, digraphs, trigraphs, universal characters.
  /\\\r?\n|##|%:|\?\?[=/'()!<>-]|\\[uU]/,
  // Ending or multiplying the process, signals, descriptors, other processes, loading code, and the driver's own names.
  /\b(?:syscall|v?fork|_exit|_Exit|quick_exit|at_?exit|at_quick_exit|on_exit|exec(?:[vl]p?e?|veat)|fexecve|posix_spawnp?|sigaction|sigprocmask|killpg|tgkill|setjmp|longjmp|siglongjmp|ptrace|prctl|dup[23]|dprintf|vdprintf|fdopen|freopen|openat|mmap|mprotect|munmap|dlopen|dlsym|getppid|setitimer|pthread_\w+|malloc_usable_size)\b/,
  // Names that are also words, where they are called or defined.
  /\b(?:exit|system|popen|signal|raise|kill|clone|alarm|dup|fopen|open|creat|unlink|remove|tmpfile|main|[fp]?read|[fp]?write|readv|writev|close|lseek|fcntl|ioctl|splice|sendfile)\s*\(/,
  // The inside of a FILE: its descriptor.
  /(?:->|\.)\s*_[a-z]/,
  /\/proc\b/,
  /^[ \t]*#[ \t]*(?:include_next|import|embed|line)\b/m,
];

/** Standard headers without processes, descriptors and signals. */
const HEADERS = new Set(
  "assert.h ctype.h errno.h inttypes.h limits.h math.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h".split(
    " ",
  ),
);

/** What an answer may call but neither define nor `#define`: its own `free` would hide what it does to memory. */
const LIBRARY = new Set(
  (
    "malloc calloc realloc free aligned_alloc strdup strndup memcpy memmove memset memcmp memchr mempcpy strlen strnlen strcpy " +
    "strncpy stpcpy strcat strncat strcmp strncmp strcasecmp strncasecmp strchr strrchr strstr strspn strcspn strpbrk strtok " +
    "strtok_r strlcpy strlcat printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf puts fputs putchar putc " +
    "fputc fgets gets fwrite fread fflush atoi atol strtol strtoul strtoll strtoull stdout stderr"
  ).split(" "),
);
/** Redefining these changes what the answer's own text says. */
const WORDS = new Set(
  "int char long short unsigned signed void const if else for while do return sizeof static NULL SIZE_MAX INT_MAX INT_MIN".split(
    " ",
  ),
);

/** The first forbidden text in the answer, or null. Comments and literals count too: no honest answer needs these names. */
export function findCTampering(code: string): string | null {
  const bare = withoutComments(code);
  for (const pattern of FORBIDDEN) {
    const found = pattern.exec(code) ?? pattern.exec(bare);
    if (found) return found[0].trim() === "" ? "a spliced line" : found[0].trim();
  }
  for (const [line, header] of bare.matchAll(/#[ \t]*include\b[ \t]*(?:<([^>\n]*)>)?[^\n]*/g))
    if (header === undefined || !HEADERS.has(header.trim())) return line.trim();
  for (const [text, name] of bare.matchAll(/#[ \t]*define[ \t]+(\w+)/g))
    if (LIBRARY.has(name!) || WORDS.has(name!)) return text.trim();
  return null;
}

/** The first symbol of the library that the compiled answer defines, or null. `symbols`: lines of nm(1). */
export function findReplaced(symbols: string): string | null {
  const names = symbols.split("\n").map((line) => line.trim().split(" ").at(-1)!);
  return names.find((name) => LIBRARY.has(name)) ?? null;
}

/** Comments as a space, as the preprocessor sees them; literals are kept whole. */
function withoutComments(code: string): string {
  return code.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) =>
    part.startsWith("/") ? " " : part,
  );
}
