"""What an op is given, and the one error type that may leave it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ErrorCode = Literal["oom", "data", "dependency", "cancelled", "internal"]


@dataclass(frozen=True)
class Job:
    """One job. `inputs` are absolute paths inside the job directory (symbolic links to what the host named by sha256)."""

    id: str
    op: str
    directory: Path
    params: dict[str, Any]
    inputs: dict[str, Path]
    #: Where the op leaves its outputs; chosen by the host.
    output: Path | None = None
    #: Survives a kill: training state is kept here.
    scratch: Path | None = None

    def input(self, name: str) -> Path:
        """Path of an input; a JobError of code `data` where the host did not send it."""
        path = self.inputs.get(name)
        if path is None:
            raise JobError("data", f"{self.op}: the input {name!r} is missing", hint=f"inputs sent: {sorted(self.inputs)}")
        return path


class JobError(Exception):
    """A failure the host can act on: `hint` is what the user does about it."""

    def __init__(self, code: ErrorCode, message: str, hint: str | None = None, retryable: bool = False):
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.hint = hint
        self.retryable = retryable
