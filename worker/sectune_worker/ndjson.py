"""Rows in and out: one JSON value per line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .jobs import JobError


def read_rows(path: Path) -> Iterator[Any]:
    """The file's rows. JobError `data` with file name, line and column for what is not JSON."""
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield json.loads(line)
            except ValueError as cause:
                where = f"line {number}, column {cause.colno}" if isinstance(cause, json.JSONDecodeError) else f"line {number}"
                raise JobError("data", f"{path.name}, {where}: not JSON: {cause}") from cause


def write_rows(path: Path, rows: Iterable[Any]) -> int:
    """Writes rows to a temporary file, then renames it: a file that exists is complete. Gives the number of rows."""
    partial = path.with_name(path.name + ".partial")
    count = 0
    with open(partial, "w", encoding="ascii") as file:
        for row in rows:
            file.write(json.dumps(row, allow_nan=False) + "\n")
            count += 1
    os.replace(partial, path)
    return count
