"""How a running op talks to the host: progress, checkpoints, questions, and whether it has been cancelled."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any, Callable

from .jobs import JobError

Send = Callable[[dict[str, Any]], None]


class Channel:
    """One per job. Thread-safe. `send` writes one protocol message; tests pass their own."""

    def __init__(self, job_id: str, directory: Path, send: Send):
        self._job_id = job_id
        self._directory = directory
        self._send = send
        self._cancelled = threading.Event()
        self._answers: dict[str, str] = {}
        self._answered = threading.Condition()
        self._asked = 0

    def progress(
        self,
        done: float,
        total: float | None = None,
        metrics: dict[str, float] | None = None,
        note: str | None = None,
    ) -> None:
        """Tells how far the job is. Raises JobError `cancelled` when it has been cancelled, so loops need no other check."""
        self.raise_if_cancelled()
        message: dict[str, Any] = {"type": "progress", "job": self._job_id, "done": done, "total": total}
        if metrics is not None:
            message["metrics"] = metrics
        if note is not None:
            message["note"] = note
        self._send(message)

    def checkpoint(self, path: Path | str) -> None:
        """Tells that a training state from which the job can go on is complete on disk."""
        self._send({"type": "checkpoint", "job": self._job_id, "path": str(path)})

    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def raise_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise JobError("cancelled", "the job was cancelled")

    def ask(self, kind: str, file: Path | str) -> Path:
        """Hands `file` (in the job directory) to the host and waits for the file that answers it."""
        with self._answered:
            self._asked += 1
            question = str(self._asked)
        self._send(
            {"type": "ask", "job": self._job_id, "question": question, "kind": kind, "file": self._relative(Path(file))}
        )
        with self._answered:
            while question not in self._answers:
                self.raise_if_cancelled()
                self._answered.wait()
            return self._directory / self._answers.pop(question)

    def log(self, text: str) -> None:
        """A line for people; stderr, never the protocol."""
        print(text, file=sys.stderr, flush=True)

    # Called by the main loop's reader thread.

    def answer(self, question: str, file: str) -> None:
        with self._answered:
            self._answers[question] = file
            self._answered.notify_all()

    def cancel(self) -> None:
        self._cancelled.set()
        with self._answered:
            self._answered.notify_all()

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self._directory)) if path.is_absolute() else str(path)
