"""Op name → module with `run(job, channel) -> dict`. Imported on first use: `embed` must not pay for what `sft` needs."""

from __future__ import annotations

import importlib
from typing import Any, Callable

from .channel import Channel
from .jobs import Job, JobError

OPS: dict[str, str] = {
    "generate": "generate",
    "score": "score",
    "embed": "embed",
    "serve": "serve",
    "sft": "sft",
    "merge": "merge",
}


def find_op(name: str) -> Callable[[Job, Channel], dict[str, Any]]:
    """The op's `run`. JobError `internal` for a name that is not in the table."""
    module = OPS.get(name)
    if module is None:
        raise JobError("internal", f"unknown op {name!r}", hint=f"known: {', '.join(sorted(OPS))}")
    return importlib.import_module(f".{module}", __package__).run
