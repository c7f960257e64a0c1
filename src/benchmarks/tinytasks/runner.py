"""Runs one answer inside the sandbox and reports what was seen. It holds no expected values.

stdin: 8 digits (bytes of the job), the job (a literal), the nonce. stdout: "ready", then one frame between two nonces.
The answer runs in a forked child whose only way out is a pipe. The nonce stays unread in stdin until every child has
ended, and this process is not dumpable, so that no child can look into it or use its descriptors through /proc.
Only cheap modules are imported: `json`, `re` or `signal` would cost more than the whole run.
"""

import os
import sys
import _json
import _signal

CPU_SECONDS = 0.25  # a call; references need less than 0.02
WALL_SECONDS = 3.0  # a call; for answers that wait instead of working
MAX_TEXT = 20_000  # characters; longer values are reported by their length
MAX_ITEMS = 5_000
MAX_REPORT = 2_000_000  # bytes of one child


def main():
    job = eval(take(int(take(8))).decode(), {"__builtins__": {}, "true": True, "false": False, "null": None})
    os.umask(0o022)
    hide_memory()
    for path, content in job["files"].items():
        if "/" in path:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", newline="") as out:
            out.write(content)
    for name in job["modules"]:
        __import__(name)
    os.write(1, b"ready\n")
    children, start = [], 0
    while start < len(job["calls"]):
        text, signal = run_child(job, start)
        done = text.count("\n") - 1
        children.append('{"start": %d, "signal": %d, "lines": %s}' % (start, signal, quote(text)))
        if done < 0 or '"load":' in text or '"tampering":' in text or len(text) > MAX_REPORT:
            break
        # The call in which the child ended is lost; the rest get a new child.
        start += done + 1 if start + done < len(job["calls"]) else done
    nonce = take(64).decode()
    write_all(1, ("%s\n[%s]\n%s\n" % (nonce, ", ".join(children), nonce)).encode())


def take(count):
    data = b""
    while len(data) < count:
        part = os.read(0, count - len(data))
        if not part:
            break
        data += part
    return data


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data) :]


def hide_memory():
    """prctl(PR_SET_DUMPABLE, 0): closes /proc/<pid>/{fd,mem} of this process to its children. ctypes costs 15 ms."""
    import _ctypes

    _ctypes.call_function(_ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl"), (4, 0, 0, 0, 0))


def run_child(job, start):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            null = os.open("/dev/null", os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
            child(job, start, writer)
        finally:
            os._exit(0)
    os.close(writer)
    data = b""
    while len(data) <= MAX_REPORT:
        part = os.read(reader, 65536)
        if not part:
            break
        data += part
    os.close(reader)
    if len(data) > MAX_REPORT:
        os.kill(pid, 9)
    status = os.waitpid(pid, 0)[1]
    return data.decode("ascii", "replace"), os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def child(job, start, writer):
    write, setitimer, own, parent = os.write, _signal.setitimer, os.getpid(), os.getppid()

    def report(text):
        data = text.encode("ascii") + b"\n"
        while data:
            data = data[write(writer, data) :]

    def timer(seconds_cpu, seconds_wall):
        # No handler is set: the kernel ends the process, also inside a long match of `re`.
        setitimer(_signal.ITIMER_PROF, seconds_cpu)
        setitimer(_signal.ITIMER_REAL, seconds_wall)

    watch(report, own, parent)
    reseed = prepare_reseed() if any(call.get("reseed") for call in job["calls"]) else None
    observe = make_observe()
    build = make_build()
    names = {"__name__": "answer"}
    timer(CPU_SECONDS * 2, WALL_SECONDS)
    try:
        exec(compile(job["code"], "answer.py", "exec"), names)
    except BaseException as error:
        report('{"load": %s}' % quote(nearest(error)))
        return
    report('{"loaded": true}')
    for index in range(start, len(job["calls"])):
        call = job["calls"][index]
        timer(CPU_SECONDS, WALL_SECONDS)
        arguments, result, outcome = [], None, None
        try:
            fn = names[call["fn"]] if call["fn"] in names else missing
            values = []
            for _ in range(call.get("repeat", 1)):
                arguments = [build(argument, names) for argument in call["args"]]
                if call.get("reseed"):
                    reseed()
                values.append(fn(*arguments))
            result = values if "repeat" in call else values[0]
            outcome = '"returned": ' + encode(result, 0)
        except BaseException as error:
            outcome = '"raised": ' + quote(nearest(error))
        probes = ", ".join(observe(probe, arguments, result) for probe in call.get("probes", ()))
        timer(0, 0)
        report('{"call": %d, %s, "probes": [%s]}' % (index, outcome, probes))


def missing(*_):
    raise NameError("the answer does not define the function")


def watch(report, own, parent):
    """An audit hook cannot be taken off again, and what it reports cannot be taken back."""
    forbidden = ("ctypes.", "gc.", "sys.settrace", "sys.setprofile", "sys.addaudithook", "sys._current_")

    def hook(event, arguments):
        bad = event.startswith(forbidden)
        if event == "os.kill":
            bad = arguments[0] in (own, parent, 0, 1, -1)
        elif event == "open":
            bad = isinstance(arguments[0], (str, bytes)) and str(arguments[0]).lstrip("b'").startswith("/proc")
        if bad:
            report('{"tampering": %s}' % quote(event))

    sys.addaudithook(hook)


def prepare_reseed():
    """Gives a function that makes every generator of `random` and the clock start from the same state."""
    import random
    import time

    seed, shared = random.Random.seed, random._inst

    def fixed_seed(self, a=None, version=2):
        seed(self, 12345 if a is None else a, version)

    def reseed():
        random.Random.seed = fixed_seed
        seed(shared, 12345)
        time.time = lambda: 1.0e9
        time.time_ns = lambda: 10**18
        time.monotonic = time.perf_counter = lambda: 1.0e3

    return reseed


def make_build():
    """Builds arguments: JSON values are copied, `$` objects are made."""
    folder = os.getcwd()

    def build(value, names):
        if isinstance(value, list):
            return [build(item, names) for item in value]
        if not isinstance(value, dict):
            return value
        kind = value.get("$")
        if kind == "bytes":
            return value["latin1"].encode("latin-1")
        if kind == "repeat":
            parts = [value["before"], value["latin1"] * value["times"], value["after"]]
            return "".join(parts).encode("latin-1")
        if kind == "sqlite":
            import sqlite3

            connection = sqlite3.connect(":memory:")
            connection.executescript(value["script"])
            return connection
        if kind == "call":
            return names[value["fn"]](*[build(item, names) for item in value["args"]])
        if kind == "absolute":
            return "%s/%s" % (folder, value["path"])
        if kind == "pickle-mkdir":
            text = "cos\nmkdir\n(S'%s'\ntR." % value["path"]
            return text if value["text"] else text.encode()
        return {key: build(item, names) for key, item in value.items()}

    return build


def make_observe():
    """Probes use functions captured before the answer was loaded."""
    stat, os_open, read, close, access = os.stat, os.open, os.read, os.close, os.access

    def observe(probe, arguments, result):
        kind = probe["kind"]
        path = probe.get("path") or (result if type(result) is str else "")
        try:
            if kind == "mode":
                return str(stat(path).st_mode & 0o7777)
            if kind == "exists":
                return "true" if access(path, os.F_OK) else "false"
            if kind == "read":
                fd = os_open(path, os.O_RDONLY | os.O_NONBLOCK)
                data = read(fd, MAX_TEXT)
                close(fd)
                return quote(data.decode("latin-1"))
            if kind == "argument":
                return encode(arguments[probe["index"]], 0)
            return encode(arguments[probe["index"]].execute(probe["sql"]).fetchall(), 0)
        except BaseException:
            return "null"

    return observe


def nearest(error):
    """The class's nearest built-in ancestor, or an error of the database: SQL that was broken is no refusal."""
    for kind in type(error).__mro__:
        if kind.__module__ in ("builtins", "sqlite3"):
            return kind.__name__
    return "BaseException"


quote = _json.encode_basestring_ascii


def encode(value, depth):
    """JSON of exact built-in types; anything else by the name of its type. Never calls methods of the answer's objects."""
    kind = type(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value) if -(2**53) < value < 2**53 else '{"$": "int", "text": "%x"}' % value if value.bit_length() < 4096 else object_(kind)
    if kind is float:
        return repr(value) if value - value == 0 else '{"$": "float", "text": "%r"}' % value
    if kind is str:
        return quote(value) if len(value) <= MAX_TEXT else long(value)
    if kind is bytes:
        return '{"$": "bytes", "latin1": %s}' % quote(value.decode("latin-1")) if len(value) <= MAX_TEXT else long(value)
    if depth > 20:
        return object_(kind)
    if kind in (list, tuple):
        return "[%s]" % ", ".join([encode(item, depth + 1) for item in value]) if len(value) <= MAX_ITEMS else long(value)
    if kind is dict and len(value) <= MAX_ITEMS and all(type(key) is str for key in value):
        return "{%s}" % ", ".join([quote(key) + ": " + encode(item, depth + 1) for key, item in value.items()])
    if kind in (set, frozenset) and len(value) <= MAX_ITEMS:
        return '{"$": "set", "items": [%s]}' % ", ".join(sorted([encode(item, depth + 1) for item in value]))
    return object_(kind)


def long(value):
    return '{"$": "long", "length": %d}' % len(value)


def object_(kind):
    return '{"$": "object", "type": %s}' % quote(kind.__name__[:80])


main()
