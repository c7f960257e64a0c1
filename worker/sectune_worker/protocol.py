"""The wire: NDJSON on the file descriptor that was stdout, messages checked against the schema generated from zod."""

from __future__ import annotations

import json
import os
import threading
from functools import cache
from pathlib import Path
from typing import Any

from .jobs import JobError

PROTOCOL_VERSION = 1
SCHEMA_PATH = Path(__file__).resolve().parent.parent / "protocol.schema.json"


class Wire:
    """Writes protocol messages. Whatever else prints to stdout (libraries, children) lands on stderr."""

    def __init__(self, fd: int):
        self._fd = fd
        self._lock = threading.Lock()

    @classmethod
    def take_stdout(cls) -> Wire:
        """Duplicates fd 1 for the protocol and points fd 1 at stderr. Must come before anything that may print."""
        fd = os.dup(1)
        os.dup2(2, 1)
        return cls(fd)

    def send(self, message: dict[str, Any]) -> None:
        # NaN has no JSON form and would break the host's parser: a metric that is not a number is a bug to be seen here.
        data = (json.dumps(message, allow_nan=False) + "\n").encode("ascii")
        with self._lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]


def parse_host_message(line: bytes | str) -> dict[str, Any]:
    """One message of the host. JobError `internal` where it is not one: host and worker are of different versions."""
    try:
        message = json.loads(line)
    except ValueError as cause:
        raise JobError("internal", f"not a JSON line from the host: {cause}") from cause
    check("hostMessage", message, "internal", "message of the host")
    return message


def check(definition: str, value: Any, code: str, what: str) -> None:
    """Validates against a definition of the schema file; JobError with the path of the first mismatch."""
    error = next(iter(sorted(_validator(definition).iter_errors(value), key=lambda e: (-len(e.path), e.message))), None)
    if error is not None:
        where = "/".join(str(part) for part in error.absolute_path)
        raise JobError(code, f"{what}: {where or '(top)'}: {error.message[:300]}")  # type: ignore[arg-type]


@cache
def _validator(definition: str):
    from jsonschema import Draft202012Validator

    schema = json.loads(SCHEMA_PATH.read_text())
    return Draft202012Validator(schema["$defs"][definition])
