# Part of runner.py where a task asks whether values can be foretold.


def make_twice(timer):
    """Gives a function that makes a call in two processes which are alike in all but the system's source of randomness.

    Memory is a copy, so every generator that the answer keeps is in one state. Clock and process number are the same, and
    generators of `random` that would seed themselves from the system start from a constant.
    """
    fork, pipe, read, write, close, wait, end = os.fork, os.pipe, os.read, os.write, os.close, os.waitpid, os._exit
    alike, reset = make_alike()

    def twice(values):
        reader, writer = pipe()
        alike(True)
        try:
            pid = fork()
            if pid == 0:
                try:
                    timer(CPU_SECONDS, WALL_SECONDS)  # noqa: F821
                    reset()
                    write(writer, values().encode("ascii"))
                finally:
                    end(0)
            close(writer)
            first = b""
            while part := read(reader, 65536):
                first += part
            close(reader)
            wait(pid, 0)
            reset()
            return "[%s, %s]" % (first.decode("ascii") or "null", values())
        finally:
            alike(False)

    return twice


def make_alike():
    """Stand-ins for clock, process number and self-seeding, which an answer also gets by `from time import …`."""
    import random
    import time

    import _random

    state = {"on": False, "ticks": 0}
    seed, shared, real_time = random.Random.seed, random._inst, time.time_ns

    def alike(on):
        state.update(on=on, start=real_time())

    def reset():
        state["ticks"] = 0
        seed(shared, 12345)

    def now():
        state["ticks"] += 1000  # a clock that stands still would stop programs that wait for it
        return state["start"] + state["ticks"]

    def stand_in(module, name, value):
        real = getattr(module, name)
        setattr(module, name, lambda *args: value(*args) if state["on"] else real(*args))

    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime"):
        stand_in(time, name, lambda *_: now() / 1e9)
        stand_in(time, name + "_ns", lambda *_: now())
    for name in ("localtime", "gmtime", "ctime"):
        real = getattr(time, name)
        stand_in(time, name, lambda seconds=None, real=real: real(now() / 1e9 if seconds is None else seconds))
    for name, count in (("strftime", 2), ("asctime", 1)):
        real = getattr(time, name)
        stand_in(time, name, lambda *args, real=real, count=count: real(*args) if len(args) == count else real(*args, time.localtime()))
    stand_in(os, "getpid", lambda: 4321)
    stand_in(os, "getppid", lambda: 4320)

    def fixed_seed(self, a=None, version=2):
        seed(self, 12345 if a is None and state["on"] else a, version)

    random.Random.seed = fixed_seed
    random.seed = shared.seed
    _random.Random = random.Random
    if "datetime" in sys.modules:
        stand_in_datetime(sys.modules["datetime"], now, state)
    if "uuid" in sys.modules:
        stand_in(sys.modules["uuid"], "_generate_time_safe", lambda: (now().to_bytes(16, "big"), 0))
    return alike, reset


def stand_in_datetime(module, now, state):
    date, datetime = module.date, module.datetime

    class Date(type):
        def __instancecheck__(cls, value):
            return isinstance(value, date)

    class Datetime(type):
        def __instancecheck__(cls, value):
            return isinstance(value, datetime)

    class Today(date, metaclass=Date):
        @classmethod
        def today(cls):
            return date.fromtimestamp(now() / 1e9) if state["on"] else date.today()

    class Now(datetime, metaclass=Datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(now() / 1e9, tz) if state["on"] else datetime.now(tz)

        @classmethod
        def utcnow(cls):
            return datetime.utcfromtimestamp(now() / 1e9) if state["on"] else datetime.utcnow()

        @classmethod
        def today(cls):
            return cls.now()

    module.date, module.datetime = Today, Now
