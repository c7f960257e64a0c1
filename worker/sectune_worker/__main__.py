"""python -m sectune_worker: one process, jobs in sequence, NDJSON on stdio.

The main thread runs jobs. A reader thread takes messages, so that answers and cancellations arrive while a job computes, and
the end of stdin ends the process at once, in the middle of a job too. A third thread sends heartbeats.
"""

from __future__ import annotations

import os
import signal
import sys

# Before anything is imported that reads them.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
# libgomp's threads spin up to 300,000 rounds at each barrier. Beside other work on the machine that cost 4.5 times the
# processor time and ten times as long as with this few (2 threads, 64 rows, 3.6 M parameters).
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import platform
import queue
import threading
import traceback
from pathlib import Path
from typing import Any

from . import device
from .channel import Channel
from .failures import as_job_error
from .jobs import Job, JobError
from .ops import find_op
from .parent_death import die_with_parent
from .protocol import PROTOCOL_VERSION, Wire, parse_host_message

HEARTBEAT_SECONDS = 2.0


class Worker:
    def __init__(self, wire: Wire):
        self._wire = wire
        self._jobs: queue.Queue[tuple[Job, Channel] | None] = queue.Queue()
        self._channels: dict[str, Channel] = {}
        self._current: str | None = None

    def main(self) -> None:
        self._hello()
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        while (item := self._jobs.get()) is not None:
            self._run(*item)

    def _hello(self) -> None:
        self._wire.send(
            {
                "type": "hello",
                "protocol": PROTOCOL_VERSION,
                "pid": os.getpid(),
                "fingerprint": device.fingerprint(),
                "python": platform.python_version(),
                "packages": device.package_versions(),
                "device": device.device_name(),
                "threads": device.thread_count(),
            }
        )

    def _read(self) -> None:
        try:
            for line in sys.stdin.buffer:
                if line.strip():
                    self._take(parse_host_message(line))
        except JobError as error:
            self._wire.send(_error_message(None, error, None))
        # The host closed its end or died: nobody is left to hear a result.
        os._exit(0)

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "job":
                job = _job_of(message)
                channel = Channel(job.id, job.directory, self._wire.send)
                self._channels[job.id] = channel
                self._jobs.put((job, channel))
            case "answer" if (channel := self._channels.get(message["job"])) is not None:
                channel.answer(message["question"], message["file"])
            case "cancel" if (channel := self._channels.get(message["job"])) is not None:
                channel.cancel()
            case "shutdown":
                self._jobs.put(None)

    def _run(self, job: Job, channel: Channel) -> None:
        self._current = job.id
        try:
            channel.raise_if_cancelled()
            self._wire.send({"type": "accepted", "job": job.id})
            result = find_op(job.op)(job, channel)
            if not isinstance(result, dict):
                raise JobError("internal", f"{job.op} gave {type(result).__name__} instead of an object")
            self._wire.send({"type": "done", "job": job.id, "result": result})
        except Exception as error:
            trace = traceback.format_exc()
            if not isinstance(error, JobError):
                print(trace, file=sys.stderr, flush=True)
            self._wire.send(_error_message(job.id, as_job_error(error), trace))
            _forget_failed_tensors(error)
        finally:
            self._current = None
            self._channels.pop(job.id, None)

    def _beat(self) -> None:
        while True:
            threading.Event().wait(HEARTBEAT_SECONDS)
            self._wire.send({"type": "heartbeat", "job": self._current})


def _job_of(message: dict[str, Any]) -> Job:
    directory = Path(message["directory"])
    return Job(
        id=message["id"],
        op=message["op"],
        directory=directory,
        params=message["params"],
        inputs={name: directory / entry["path"] for name, entry in message["inputs"].items()},
        output=Path(message["output"]) if "output" in message else None,
        scratch=Path(message["scratch"]) if "scratch" in message else None,
    )


def _error_message(job: str | None, error: JobError, trace: str | None) -> dict[str, Any]:
    return {
        "type": "error",
        "job": job,
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "retryable": error.retryable,
        "traceback": trace,
    }


def _forget_failed_tensors(error: BaseException) -> None:
    """After an out-of-memory the frames of the traceback would keep every tensor of the failed job alive."""
    traceback.clear_frames(error.__traceback__)
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def main() -> None:
    wire = Wire.take_stdout()
    # The process ends without a last flush: what libraries print must be on its way by then.
    sys.stdout.reconfigure(line_buffering=True)
    # The end of stdin covers almost every death of the host; this covers a process that holds stdin's other end open.
    die_with_parent()
    # Ctrl-C is the host's to handle: it asks us to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("OMP_NUM_THREADS", str(device.thread_count()))
    Worker(wire).main()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
