/**
 * Ways to silence the sanitizers or to reach beyond the answer's own call. Nothing honest needs one of them, so naming one
 * in code is tampering; comments and literals are no code. This list is the first layer; the process boundary (a child per
 * call, its mark and the nonce unread, hidden symbols) is the other. What only harms the answer itself is not listed.
 */
const FORBIDDEN: readonly RegExp[] = [
  /no_sanitize|\b(?:asm|_Pragma|_IO\w*)\b|\bgnu\s*::/,
  // Spellings that hide a name from this list: pasted tokens, digraphs, universal characters.
  /##|%:|\\[uU]/,
  // Multiplying the process, signals, descriptors, other processes, memory maps, and loading code.
  /\b(?:syscall|v?fork|exec(?:[vl]p?e?|veat)|fexecve|posix_spawnp?|sigaction|sigprocmask|killpg|tgkill|sigsetjmp|siglongjmp|ptrace|prctl|dup[23]|dprintf|vdprintf|fdopen|freopen|openat|mmap|mprotect|munmap|dlopen|dlsym|getppid|setitimer|pthread_\w+|malloc_usable_size|process_vm_\w+)\b/,
  // Names that are also words, where they are called or defined.
  /\b(?:system|popen|signal|kill|clone|dup|fopen|open|creat|tmpfile|pread|pwrite|readv|writev|lseek|fcntl|ioctl|splice|sendfile)\s*\(/,
  // The inside of a FILE: its descriptor.
  /(?:->|\.)\s*_[a-z]/,
  /^[ \t]*#[ \t]*(?:include_next|import|embed|line)\b/m,
  /#\s*pragma\b(?!\s+(?:once|STDC|GCC\s+diagnostic|clang\s+diagnostic)\b)/,
];

/** Names with two leading underscores that honest programs use; the rest belongs to compiler, library and sanitizers. */
const RESERVED =
  /^__(?:builtin_(?:[su]?(?:add|sub|mul)l{0,2}_overflow|expect|unreachable|trap|object_size|clz\w*|ctz\w*|popcount\w*)|func__|FUNCTION__|PRETTY_FUNCTION__|FILE__|LINE__|DATE__|TIME__|VA_ARGS__|VA_OPT__|STDC_\w+|STDC__|GNUC_\w+|clang__|cplusplus|linux__|APPLE__|has_\w+|restrict|restrict__|inline|inline__|const__|volatile__|typeof|typeof__|extension__|alignof__|[A-Z]+_MAX__|SIZEOF_\w+|attribute|attribute__|CHAR_BIT__|u?int128(?:_t)?)$/;

/** Attributes that change no meaning. */
const ATTRIBUTES =
  /^(?:__)?(?:unused|used|nonnull|format|printf|warn_unused_result|noinline|always_inline|noreturn|pure|const|malloc|returns_nonnull|alloc_size|aligned|packed|access|read_only|write_only|read_write|fallthrough|deprecated|cold|hot|null_terminated_string_arg)(?:__)?$/;

/** What an answer may call but neither define nor `#define`: its own `free` would hide what it does to memory. */
const LIBRARY = new Set(
  (
    "malloc calloc realloc free aligned_alloc strdup strndup memcpy memmove memset memcmp memchr mempcpy strlen strnlen strcpy " +
    "strncpy stpcpy strcat strncat strcmp strncmp strcasecmp strncasecmp strchr strrchr strstr strspn strcspn strpbrk strtok " +
    "strtok_r printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf puts fputs putchar putc " +
    "fputc fgets gets fwrite fread fflush atoi atol strtol strtoul strtoll strtoull stdout stderr"
  ).split(" "),
);
/** Redefining these changes what the answer's own text says. */
const WORDS = new Set(
  "int char long short unsigned signed void const if else for while do return sizeof static".split(" "),
);

/** GNU C reads `R"(")"` as one literal, and nothing here does. What ends in R is an ordinary one. */
const RAW_STRING = /\b(?:u8?|[UL])?R"[^"()\\\s]{0,16}\(/;

/** The first forbidden text in the answer's code, or null. */
export function findCTampering(code: string): string | null {
  if (RAW_STRING.test(code)) return "a raw string";
  const bare = codeOnly(code);
  for (const pattern of FORBIDDEN) {
    const found = pattern.exec(bare);
    if (found) return found[0].trim();
  }
  for (const [name] of bare.matchAll(/\b__\w*/g)) if (!RESERVED.test(name)) return name;
  for (const [text, list] of bare.matchAll(/\b__attribute(?:__)?\s*\(\(([^;{}]*?)\)\)/g))
    for (const [name] of list!.matchAll(/[A-Za-z_]\w*/g)) if (!ATTRIBUTES.test(name)) return text;
  if (/\b__attribute/.test(bare.replace(/\b__attribute(?:__)?\s*\(\([^;{}]*?\)\)/g, "")))
    return "__attribute__";
  for (const [line, header] of bare.matchAll(/#[ \t]*include\b[ \t]*(?:[<"]([^>"\n]*)[>"])?[^\n]*/g))
    if (header === undefined || !/^\w+(?:\/\w+)*\.h$/.test(header.trim())) return line.trim();
  for (const [text, name] of bare.matchAll(/#[ \t]*define[ \t]+(\w+)/g))
    if (LIBRARY.has(name!) || WORDS.has(name!)) return text.trim();
  return null;
}

/** The first symbol of the library that the compiled answer defines, or null. `symbols`: lines of nm(1). */
export function findReplaced(symbols: string): string | null {
  const names = symbols.split("\n").map((line) => line.trim().split(" ").at(-1)!);
  return names.find((name) => LIBRARY.has(name)) ?? null;
}

/** As the preprocessor sees it: spliced lines joined, comments a space; literals emptied, but for names of headers. */
function codeOnly(code: string): string {
  return code
    .replace(/\\[ \t]*\r?\n/g, "")
    .replace(
      /(#[ \t]*include[ \t]*"[^"\n]*")|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
      (part, include?: string) => include ?? (part.startsWith("/") ? " " : part[0]! + part[0]!),
    );
}
