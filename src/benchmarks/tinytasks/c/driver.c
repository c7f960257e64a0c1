/*
 * Runs the calls of one job inside the sandbox and reports what was seen. It holds no expected values. The host appends
 * the calls (see driver.ts) and links it with the answer, which it never runs in this first process: every call has a
 * forked child of its own. The nonce stays unread in stdin until the last child has ended.
 *
 * Functions of two words begin with `driver_`, which no task asks for: an answer may define any other name of that form.
 *
 * The first process uses nothing but `syscall`, a name that no answer may hold, so that no function of an answer can take
 * a library function's place here. No header but the numbers: parsing more would cost as much as the rest.
 */
#include <sys/syscall.h>

typedef unsigned long size_t;
typedef struct file FILE;
extern long syscall(long number, ...);
extern void *malloc(size_t bytes);
extern void *memcpy(void *to, const void *from, size_t bytes);
extern void *memset(void *to, int value, size_t bytes);
extern size_t strlen(const char *text);
extern FILE *stdout;
extern int fflush(FILE *file);
extern int __asan_address_is_poisoned(const volatile void *address);
extern size_t __sanitizer_get_allocated_size(const volatile void *address);
extern int __sanitizer_get_ownership(const volatile void *address);

/* The environment would not do: a child cannot read it, since it is not dumpable. */
const char *__ubsan_default_options(void) {
    return "print_stacktrace=0:symbolize=0:exitcode=" SANITIZER_EXIT;
}

#define HERE (-100L)
#define MAX_TEXT 4096L
#define MAX_REPORT 65536L
#define MAX_ERROR 600L
#define MARK 16L

static char report[MAX_REPORT]; /* of one child; in the first process: its pipe's content */
/* Begins every report. It is drawn for each child, so that an answer which writes to all descriptors forges nothing. */
static char mark[MARK];
static int used;

/* ---- in the child: building a report, one line of JSON ---- */

static void put(char c) {
    if (used < MAX_REPORT - 1)
        report[used++] = c;
}

static void driver_put_all(const char *text) {
    while (*text)
        put(*text++);
}

static void driver_put_number(long value) {
    char digits[24];
    int n = 0;
    unsigned long left = value < 0 ? -(unsigned long)value : (unsigned long)value;
    if (value < 0)
        put('-');
    do
        digits[n++] = '0' + left % 10;
    while (left /= 10);
    while (n > 0)
        put(digits[--n]);
}

/* Text up to its NUL, `limit` bytes at most; memory that may not be read ends it as invalid. */
static void driver_put_text(const char *text, long limit) {
    const char *hex = "0123456789abcdef";
    int start = used;
    if (text == 0) {
        driver_put_all("null");
        return;
    }
    put('"');
    for (long i = 0;; i++) {
        if (i >= limit || __asan_address_is_poisoned(text + i)) {
            used = start;
            driver_put_all("{\"$\": \"invalid\"}");
            return;
        }
        unsigned char c = text[i];
        if (c == 0)
            break;
        if (c < ' ' || c > '~' || c == '"' || c == '\\') {
            driver_put_all("\\u00");
            put(hex[c >> 4]);
            put(hex[c & 15]);
        } else
            put(c);
    }
    put('"');
}

static void driver_put_ints(const int *values, long count) {
    put('[');
    for (long i = 0; i < count; i++) {
        if (i > 0)
            put(',');
        driver_put_number(values[i]);
    }
    put(']');
}

static void driver_put_pointer(const void *pointer) {
    driver_put_all(pointer ? "{\"$\": \"pointer\"}" : "null");
}

static void driver_put_room(const void *pointer) {
    driver_put_number(pointer && __sanitizer_get_ownership(pointer) ? (long)__sanitizer_get_allocated_size(pointer) : 0);
}

static void driver_put_freed(const void *pointer) {
    driver_put_all(__asan_address_is_poisoned(pointer) ? "true" : "false");
}

static void driver_put_output(void) {
    static char text[MAX_TEXT + 1];
    fflush(0);
    long length = syscall(SYS_pread64, 1, text, MAX_TEXT, 0L);
    text[length > 0 ? length : 0] = 0;
    driver_put_text(text, MAX_TEXT + 1);
}

/* ---- in the child: arguments, all of them on the heap without a byte to spare ---- */

static void *block(const void *data, long bytes, long room) {
    char *memory = malloc(room > 0 ? room : 1);
    if (memory == 0)
        syscall(SYS_exit_group, 99);
    memset(memory, '~', room);
    memcpy(memory, data, bytes);
    return memory;
}

/* ---- in the first process ---- */

static void driver_write_all(const char *data, long bytes) {
    while (bytes > 0) {
        long done = syscall(SYS_write, 1, data, bytes);
        if (done <= 0)
            syscall(SYS_exit_group, 98);
        data += done;
        bytes -= done;
    }
}

static void driver_write_number(long value) {
    used = 0;
    put(' ');
    driver_put_number(value);
    driver_write_all(report, used);
}

static void driver_set_timer(int which, long microseconds) {
    long value[4] = {0, 0, microseconds / 1000000, microseconds % 1000000};
    syscall(SYS_setitimer, which, value, 0L);
}

static void driver_run_case(void (*call)(void)) {
    static char pipe_content[MAX_REPORT], error[MAX_ERROR];
    int fds[2], status = 0;
    long length = 0, got;
    if (syscall(SYS_pipe2, fds, 0L) != 0 || syscall(SYS_getrandom, mark, MARK, 0L) != MARK)
        syscall(SYS_exit_group, 97);
    /* read and write, created, empty */
    long out = syscall(SYS_openat, HERE, "output", 01102L, 0600L);
    long err = syscall(SYS_openat, HERE, "error", 01102L, 0600L);
    long child = syscall(SYS_clone, 17L, 0L, 0L, 0L, 0L);
    if (child < 0)
        syscall(SYS_exit_group, 96);
    if (child == 0) {
        long null = syscall(SYS_openat, HERE, "/dev/null", 0L, 0L);
        syscall(SYS_dup3, null, 0L, 0L);
        syscall(SYS_dup3, out, 1L, 0L);
        syscall(SYS_dup3, err, 2L, 0L);
        syscall(SYS_close, fds[0]);
        syscall(SYS_close, null);
        syscall(SYS_close, out);
        syscall(SYS_close, err);
        /* No handler: the kernel ends the call. Processor time, and wall time for calls that wait. */
        driver_set_timer(2, CPU_MICROSECONDS);
        driver_set_timer(0, WALL_MICROSECONDS);
        used = 0;
        call();
        put('\n');
        syscall(SYS_write, fds[1], mark, MARK);
        syscall(SYS_write, fds[1], report, (long)used);
        syscall(SYS_exit_group, 0L);
    }
    syscall(SYS_close, fds[1]);
    while (length < MAX_REPORT && (got = syscall(SYS_read, fds[0], pipe_content + length, MAX_REPORT - length)) > 0)
        length += got;
    syscall(SYS_close, fds[0]);
    syscall(SYS_wait4, child, &status, 0L, 0L);
    long errors = syscall(SYS_pread64, err, error, MAX_ERROR, 0L);
    const char *said = pipe_content + MARK;
    int forged = 0;
    for (int i = 0; i < length && i < MARK; i++)
        forged |= pipe_content[i] ^ mark[i];
    if (length > 0 && (forged || length < MARK)) {
        said = "forged";
        length = 6;
    } else if (length > 0)
        length -= MARK;
    syscall(SYS_close, out);
    syscall(SYS_close, err);
    driver_write_number(status);
    driver_write_number(length);
    driver_write_number(errors > 0 ? errors : 0);
    driver_write_all("\n", 1);
    driver_write_all(said, length);
    driver_write_all(error, errors > 0 ? errors : 0);
}

static int run(void (*const calls[])(void), int count) {
    char nonce[NONCE_CHARACTERS];
    const char *files[] = {"driver.c", "answer.c", "driver.o", "answer.o", "program"};
    for (int i = 0; i < 5; i++)
        syscall(SYS_unlinkat, HERE, files[i], 0L);
    syscall(SYS_prctl, 4L, 0L, 0L, 0L, 0L); /* not dumpable: /proc/<pid> is closed to the children */
    driver_write_all("ready\n", 6);
    for (int i = 0; i < count; i++)
        driver_run_case(calls[i]);
    for (long length = 0, got; length < NONCE_CHARACTERS; length += got)
        if ((got = syscall(SYS_read, 0L, nonce + length, NONCE_CHARACTERS - length)) <= 0)
            return 95;
    driver_write_all(nonce, NONCE_CHARACTERS);
    driver_write_all("\n", 1);
    return 0;
}
