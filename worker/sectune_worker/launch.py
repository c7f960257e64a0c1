"""The same training job spread over processes by `accelerate launch`, with the FSDP or DeepSpeed config the job names.

The launched processes have no host: rank 0 appends its messages to a file in the job directory, which the worker relays.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .channel import Channel
from .failures import as_job_error
from .jobs import Job, JobError
from .parent_death import die_with, die_with_parent

POLL_S = 0.2
#: Tells launched processes whose job they do.
WORKER_PID = "SECTUNE_WORKER_PID"
#: Seconds in which the launcher may end its processes by itself.
GRACE_S = 15.0
#: The launcher's own last words, when no process left a typed error.
TAIL_BYTES = 4000


def launch_command(config: str, spec: Path) -> list[str]:
    """`accelerate launch` on this Python; everything about processes and sharding is in the config file."""
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", config]
    return [*launcher, "-m", "sectune_worker.launch", str(spec)]


def run_launched(job: Job, channel: Channel) -> dict[str, Any]:
    config = Path(job.params["accelerateConfig"]).expanduser().absolute()
    if not config.is_file():
        raise JobError("data", f"accelerateConfig: no file {config}", hint="`accelerate config` writes one")
    folder = job.directory / "launch"
    folder.mkdir(exist_ok=True)
    spec = folder / "spec.json"
    spec.write_text(json.dumps(_to_json(job)), encoding="utf-8")
    events, output = folder / "events.ndjson", folder / "output.log"
    for old in folder.glob("*.ndjson"):
        old.unlink()
    events.touch()
    with open(output, "wb") as log:
        process = subprocess.Popen(
            launch_command(str(config), spec),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
            # Nothing is imported from the folder that they run in, nor from one that others can write to.
            cwd=folder,
            env={**os.environ, "PYTHONSAFEPATH": "1", WORKER_PID: str(os.getpid())},
        )
    try:
        with open(events, encoding="utf-8") as file:
            while process.poll() is None:
                _relay(file, channel)
                time.sleep(POLL_S)
            _relay(file, channel)
    finally:
        if process.poll() is None:
            _end(process)
    return _result(folder, process.returncode, output, channel)


def _end(process: subprocess.Popen) -> None:
    """The launcher ends its ranks, which are sessions of their own, when asked to; those that it cannot end die with it."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main() -> None:
    """One launched process."""
    die_with_parent()
    if WORKER_PID in os.environ:
        die_with(int(os.environ[WORKER_PID]))
    spec = Path(sys.argv[1])
    job = _from_json(json.loads(spec.read_text(encoding="utf-8")))
    rank = int(os.environ.get("RANK", "0"))
    try:
        from .sft import train_job

        result = train_job(job, _FileChannel(spec.parent / "events.ndjson", rank))
    except Exception as error:
        failure = as_job_error(error)
        content = {"code": failure.code, "message": failure.message, "hint": failure.hint, "retryable": failure.retryable}
        (spec.parent / f"error-{rank}.ndjson").write_text(json.dumps(content), encoding="utf-8")
        raise
    if rank == 0:
        (spec.parent / "result.ndjson").write_text(json.dumps(result), encoding="utf-8")


class _FileChannel:
    """Rank 0's messages as lines of a file; the other ranks are silent."""

    def __init__(self, path: Path, rank: int):
        self._file = open(path, "a", encoding="utf-8") if rank == 0 else None

    def progress(self, done: float, total: float | None = None, metrics: dict[str, float] | None = None) -> None:
        self._write({"done": done, "total": total, "metrics": metrics})

    def checkpoint(self, path: Path | str) -> None:
        self._write({"checkpoint": str(path)})

    def _write(self, message: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(message) + "\n")
            self._file.flush()


def _relay(file: Any, channel: Channel) -> None:
    channel.raise_if_cancelled()
    while True:
        start = file.tell()
        line = file.readline()
        if not line.endswith("\n"):  # the writer is in the middle of it
            file.seek(start)
            return
        message = json.loads(line)
        if "checkpoint" in message:
            channel.checkpoint(message["checkpoint"])
        else:
            channel.progress(message["done"], message["total"], message["metrics"])


def _result(folder: Path, returncode: int, output: Path, channel: Channel) -> dict[str, Any]:
    errors = sorted(folder.glob("error-*.ndjson"))
    result = folder / "result.ndjson"
    if errors:
        raise JobError(**json.loads(errors[0].read_text(encoding="utf-8")))
    if returncode != 0 or not result.exists():
        tail = output.read_bytes()[-TAIL_BYTES:].decode("utf-8", "replace").strip()
        channel.log(tail)
        raise JobError("internal", f"accelerate launch ended with {returncode}: {(tail.splitlines() or ['no output'])[-1]}")
    return json.loads(result.read_text(encoding="utf-8"))


def _to_json(job: Job) -> dict[str, Any]:
    paths = {name: str(path.absolute()) for name, path in job.inputs.items()}
    place = {"output": job.output, "scratch": job.scratch}
    return {
        "id": job.id,
        "op": job.op,
        "directory": str(job.directory),
        "params": job.params,
        "inputs": paths,
        **{name: str(path) for name, path in place.items() if path is not None},
    }


def _from_json(content: dict[str, Any]) -> Job:
    return Job(
        id=content["id"],
        op=content["op"],
        directory=Path(content["directory"]),
        params=content["params"],
        inputs={name: Path(path) for name, path in content["inputs"].items()},
        output=Path(content["output"]),
        scratch=Path(content["scratch"]) if "scratch" in content else None,
    )


if __name__ == "__main__":
    main()
