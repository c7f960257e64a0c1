"""Runs one answer inside the sandbox and reports what was seen. It holds no expected values.

stdin: 8 digits (bytes of the job), the job (a literal), the nonce. stdout: "ready", then one frame between two nonces.
The answer runs in a forked child whose only way out is a pipe. What a call did to files this process looks at itself, in
which the answer never was. The nonce stays unread in stdin until every child has ended, and this process is not dumpable,
so that no child can look into it or use its descriptors through /proc.
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
CHANGEABLE = {"sys", "logging", "warnings", "threading", "signal", "unittest"}  # modules whose names programs set


def main():
    job = eval(take(int(take(8))).decode(), {"__builtins__": {}, "true": True, "false": False, "null": None})
    os.umask(0o022)
    os.chmod(".", 0o755)
    hide_memory()
    for path, content in job["files"].items():
        if "/" in path:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", newline="") as out:
            out.write(content)
    for name in job["modules"]:
        __import__(name)
    folders = watch_folders(job)
    os.write(1, b"ready\n")
    children, start = [], 0
    while start < len(job["calls"]):
        text, seen, signal, memory = run_child(job, start, folders)
        done = text.count("\n") - 1
        children.append('{"start": %d, "signal": %d, "memory": %d, "seen": [%s], "lines": %s}' % (start, signal, memory, ", ".join(seen), quote(text)))
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


def libc(name, *numbers_and_bytes):
    """ctypes costs 15 ms."""
    import _ctypes

    return _ctypes.call_function(_ctypes.dlsym(_ctypes.dlopen(None, 0), name), numbers_and_bytes)


def hide_memory():
    """prctl(PR_SET_DUMPABLE, 0): closes /proc/<pid>/{fd,mem} of this process to its children."""
    libc("prctl", 4, 0, 0, 0, 0)


def watch_folders(job):
    """Has the kernel note whatever is made in the folders that `exists` probes look at: removing it again hides nothing."""
    paths = [probe["path"] for call in job["calls"] for probe in call.get("probes", ()) if probe["kind"] == "exists"]
    if not paths:
        return None
    queue = libc("inotify_init1", os.O_NONBLOCK | os.O_CLOEXEC)
    if queue < 0:
        raise OSError("no inotify queue")
    made = 0x180  # IN_CREATE | IN_MOVED_TO
    return queue, {libc("inotify_add_watch", queue, os.fsencode(folder), made): folder for folder in {os.path.dirname(path) or "." for path in paths}}


def made_in(folders):
    """Paths made since the last time."""
    if folders is None:
        return set()
    queue, names = folders
    paths = set()
    while True:
        try:
            data = os.read(queue, 65536)
        except BlockingIOError:
            return paths
        while data:
            length = int.from_bytes(data[12:16], "little")
            folder = names.get(int.from_bytes(data[:4], "little"), "")
            paths.add(os.path.normpath(os.path.join(folder, os.fsdecode(data[16 : 16 + length].rstrip(b"\0")))))
            data = data[16 + length :]


def run_child(job, start, folders):
    reader, writer = os.pipe()
    go_on, allow = os.pipe()
    made_in(folders)
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            os.close(allow)
            null = os.open("/dev/null", os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
            child(job, start, writer, go_on)
        finally:
            os._exit(0)
    os.close(writer)
    os.close(go_on)
    data, line, seen = b"", b"", []
    while len(data) <= MAX_REPORT:
        part = os.read(reader, 65536)
        if not part:
            break
        data += part
        *lines, line = (line + part).split(b"\n")
        for text in lines:
            if text.startswith(b'{"call"') and start + len(seen) < len(job["calls"]):
                probes = job["calls"][start + len(seen)].get("probes", ())
                made = made_in(folders)
                seen.append("[%s]" % ", ".join([seen_of(probe, text.decode("ascii", "replace"), made) for probe in probes]))
                try:
                    os.write(allow, b".")
                except OSError:
                    pass
    os.close(reader)
    os.close(allow)
    if len(data) > MAX_REPORT:
        os.kill(pid, 9)
    status, used = os.wait4(pid, 0)[1:]
    return data.decode("ascii", "replace"), seen, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, used.ru_maxrss


def seen_of(probe, line, made):
    """What a call left behind, seen from outside. Null for what only the answer's process can tell."""
    if probe["kind"] not in ("mode", "folder-mode", "exists", "read"):
        return "null"
    try:
        return '{"value": %s}' % look(probe["kind"], probe.get("path") or returned_path(line), made)
    except (OSError, ValueError):
        return '{"value": null}'


def look(kind, path, made):
    if kind == "mode":
        return str(os.stat(path).st_mode & 0o7777)
    if kind == "folder-mode":
        return str(os.stat(os.path.dirname(os.path.abspath(path))).st_mode & 0o7777)
    if kind == "exists":
        return "true" if os.path.lexists(path) or os.path.normpath(path) in made else "false"
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    data = os.read(fd, MAX_TEXT)
    os.close(fd)
    return quote(data.decode("latin-1"))


def returned_path(line):
    at = line.find('"returned": ')
    for start in ('"returned": "', '"returned": {"$": "path", "text": "'):
        if at >= 0 and line.startswith(start, at):
            return _json.scanstring(line, at + len(start))[0]
    return ""


def child(job, start, writer, go_on):
    write, read, setitimer = os.write, os.read, _signal.setitimer

    def report(text):
        data = text.encode("ascii") + b"\n"
        while data:
            data = data[write(writer, data) :]

    def timer(seconds_cpu, seconds_wall):
        # No handler is set: the kernel ends the process, also inside a long match of `re`.
        setitimer(_signal.ITIMER_PROF, seconds_cpu)
        setitimer(_signal.ITIMER_REAL, seconds_wall)

    twice = make_twice(timer) if any(call.get("twice") for call in job["calls"]) else None  # noqa: F821 (twice.py)
    build, encode_ = make_build(), encode
    # A module of its own, as dataclasses and pickle want it, and none that leads to the runner.
    module = type(sys)("answer")
    sys.modules.update({"answer": module, "__main__": type(sys)("__main__")})
    names = vars(module)
    names["__file__"] = os.path.abspath("answer.py")
    patched, created = make_patched(job["modules"]), {}
    watch(report, patched, created)
    timer(CPU_SECONDS * 2, WALL_SECONDS)
    try:
        exec(compile(job["code"], "answer.py", "exec"), names)
    except BaseException as error:
        # An example of use behind the functions may fail here, where its files are missing: it is not what was asked for.
        if not all(call["fn"] in names for call in job["calls"]):
            report('{"load": %s}' % quote(nearest(error)))
            return
    report('{"loaded": true}')
    for index in range(start, len(job["calls"])):
        call = job["calls"][index]
        cpu = call.get("cpuSeconds", CPU_SECONDS)
        timer(cpu, max(WALL_SECONDS, cpu * 5))
        arguments, result = [], None

        def values():
            nonlocal arguments, result
            fn = names[call["fn"]] if call["fn"] in names else missing
            results = []
            for _ in range(call.get("repeat", 1)):
                arguments = [build(argument, names) for argument in call["args"]]
                results.append(fn(*arguments))
            result = results if "repeat" in call else results[0]
            return encode_(result, 0)

        try:
            outcome = '"returned": ' + (twice(values) if call.get("twice") else values())
        except BaseException as error:
            kind = "undefined" if error is lacking else nearest(error)
            outcome = '"raised": %s, "deliberate": %s' % (quote(kind), "true" if deliberate(error) else "false")
        probes = ", ".join([observe(probe, arguments, result, created) for probe in call.get("probes", ())])
        timer(0, 0)
        if patched():
            report('{"tampering": %s}' % quote(patched()))
        report('{"call": %d, %s, "probes": [%s]}' % (index, outcome, probes))
        read(go_on, 1)


lacking = NameError("the answer does not define the function")


def missing(*_):
    raise lacking


def watch(report, patched, created):
    """An audit hook cannot be taken off again, and what it reports cannot be taken back."""
    forbidden = ("ctypes.", "gc.", "sys.settrace", "sys.setprofile", "sys.addaudithook", "sys._current_")
    # What runs hostile input does so on a library that nobody has changed, not even for the while.
    runs = ("exec", "os.system", "subprocess.Popen", "pickle.find_class")
    files = ("open", "os.rename", "os.link", "os.remove")

    def hook(event, arguments):
        if event in runs:
            name = patched()
            if name:
                report('{"tampering": %s}' % quote(name))
        elif event in files:
            if writes_memory(arguments[0]):
                report('{"tampering": %s}' % quote(event))
            note(created, event, arguments)
        elif event.startswith(forbidden):
            report('{"tampering": %s}' % quote(event))

    sys.addaudithook(hook)


def writes_memory(path):
    path = repr(path) if isinstance(path, (str, bytes)) else ""
    return "/proc/" in path and "/mem" in path


def note(created, event, arguments):
    """Keeps for each new file whether it was opened so that nothing that others put there is taken over."""
    try:
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if event == "open":
            if arguments[2] & os.O_CREAT:
                created.setdefault(path, bool(arguments[2] & os.O_EXCL))
        elif event == "os.remove":
            created.pop(path, None)
        else:
            created[os.path.abspath(os.fsdecode(arguments[1]))] = created.get(path, False)
    except (TypeError, ValueError):
        pass  # a descriptor, or no path at all


def make_patched(modules):
    """Gives a function that names what an answer has put in the place of a library function."""
    names = {"builtins", "os", "posix", *modules} - CHANGEABLE
    before = [(name, vars(sys.modules[name]), {key: value for key, value in vars(sys.modules[name]).items() if callable(value)}) for name in names]

    def patched():
        for name, now, functions in before:
            for key, value in functions.items():
                if now.get(key) is not value:
                    return "%s.%s" % (name, key)
        return None

    return patched


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

            # The second connection keeps the tables for when the answer closes the first.
            place = "file:table%d?mode=memory&cache=shared" % len(spare)
            connection = sqlite3.connect(place, uri=True)
            spare[id(connection)] = connection, sqlite3.connect(place, uri=True)
            connection.executescript(value["script"])
            return connection
        if kind == "call":
            return names[value["fn"]](*[build(item, names) for item in value["args"]])
        if kind == "absolute":
            return "%s/%s" % (folder, value["path"])
        return {key: build(item, names) for key, item in value.items()}

    return build


def observe(probe, arguments, result, created):
    """What only the answer's process can tell. Null for what is looked at from outside."""
    try:
        if probe["kind"] == "argument":
            return encode(arguments[probe["index"]], 0)
        if probe["kind"] == "query":
            return encode(rows(arguments[probe["index"]], probe["sql"]), 0)
        if probe["kind"] == "exclusive":
            return "true" if created.get(os.path.abspath(os.fspath(result))) else "false"
    except BaseException:
        pass
    return "null"


spare = {}


def rows(connection, sql):
    """As tuples, whatever form of rows or texts the answer has chosen for itself."""
    import sqlite3

    first, second = spare[id(connection)]
    first.text_factory = str
    try:
        cursor = first.cursor()
    except sqlite3.ProgrammingError:  # closed
        cursor = second.cursor()
    cursor.row_factory = None
    return cursor.execute(sql).fetchall()


def deliberate(error):
    """Whether the answer's own `raise` made it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    code = trace.tb_frame.f_code
    return code.co_filename == "answer.py" and code.co_code[trace.tb_lasti] == RAISE


def nearest(error):
    """The class's nearest built-in ancestor, or an error of the database: SQL that was broken is no refusal."""
    for kind in type(error).__mro__:
        if kind.__module__ in ("builtins", "sqlite3"):
            return kind.__name__
    return "BaseException"


quote = _json.encode_basestring_ascii
RAISE = compile("raise x", "", "exec").co_code[-2]


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
    # Kinds of dict and tuple from `collections`, by methods that nobody has overridden.
    if kind is not dict and issubclass(kind, dict) and kind.__module__ == "collections":
        kind, value = dict, dict(dict.items(value))
    elif kind is not tuple and issubclass(kind, tuple):
        kind, value = tuple, list(tuple.__iter__(value))
    if kind is getattr(sys.modules.get("sqlite3"), "Row", None):
        kind, value = tuple, tuple(value)
    if kind in (list, tuple):
        return "[%s]" % ", ".join([encode(item, depth + 1) for item in value]) if len(value) <= MAX_ITEMS else long(value)
    if kind is dict and len(value) <= MAX_ITEMS and all(type(key) is str for key in value):
        return "{%s}" % ", ".join([quote(key) + ": " + encode(item, depth + 1) for key, item in value.items()])
    if kind in (set, frozenset) and len(value) <= MAX_ITEMS:
        return '{"$": "set", "items": [%s]}' % ", ".join(sorted([encode(item, depth + 1) for item in value]))
    if kind is getattr(sys.modules.get("pathlib"), "PosixPath", None):
        return '{"$": "path", "text": %s}' % quote(str(value))
    return object_(kind)


def long(value):
    return '{"$": "long", "length": %d}' % len(value)


def object_(kind):
    return '{"$": "object", "type": %s}' % quote(kind.__name__[:80])


main()
