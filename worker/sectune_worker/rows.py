"""Training rows (core/train-row.ts) → tokenised examples, rendered with the target's own chat template.

A row of several assistant turns with loss on all of them becomes one example where the template renders the later turns as a
continuation of the earlier ones, and one example a turn where it rewrites history (Qwen3 drops old reasoning): either way the
tokens before each trained turn are exactly what the model is given at inference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .examples import Examples, ExamplesBuilder
from .jobs import JobError
from .ndjson import read_rows
from .template import render_training

SCHEMA, VERSION = "train-row", 1
_MASKS = ("assistant", "last-assistant")
_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class SftRows:
    examples: Examples
    #: Rows that are trained on; more examples than rows where a template rewrites history.
    rows: int
    #: Rows left out whole because an example of theirs is longer than the limit. Never cut.
    excluded_too_long: int


def read_sft_rows(path: Path, tokenizer: Any, max_length: int) -> SftRows:
    """JobError `data` with the line's number for a row that cannot be trained on."""
    builder = ExamplesBuilder()
    kept = excluded = 0
    for number, row in _numbered_rows(path):
        try:
            examples = render_row(tokenizer, row)
        except (JobError, KeyError, TypeError, ValueError, AttributeError) as cause:
            reason = cause.message if isinstance(cause, JobError) else f"{type(cause).__name__}: {cause}"
            name = f" (row {row['id']})" if isinstance(row, dict) and "id" in row else ""
            raise JobError("data", f"{path.name}, line {number}{name}: {reason}") from cause
        if any(len(ids) > max_length for ids, _ in examples):
            excluded += 1
            continue
        kept += 1
        for ids, weights in examples:
            builder.add(ids, weights)
    return SftRows(builder.build(), kept, excluded)


def render_row(tokenizer: Any, row: dict[str, Any]) -> list[tuple[list[int], list[float]]]:
    """(ids, loss weight of each id) of a row of kind `sft`: 1 on reasoning, answer and end token of trained turns, else 0."""
    if row.get("kind") != "sft":
        raise JobError("data", f"kind is {row.get('kind')!r}, expected 'sft'")
    if row.get("lossMask") not in _MASKS:
        raise JobError("data", f"lossMask is {row.get('lossMask')!r}, expected one of {', '.join(_MASKS)}")
    messages = row["messages"]
    for message in messages:
        if message.get("role") not in _ROLES or not isinstance(message.get("content"), str):
            raise JobError("data", "each message needs a role (system, user, assistant) and a text as content")
    turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
    if not turns or turns[-1] != len(messages) - 1:
        raise JobError("data", "the last message must be the assistant's: it is what the model learns to write")
    if row["lossMask"] == "last-assistant":
        turns = turns[-1:]
    examples: list[tuple[list[int], list[float]]] = []
    for turn in turns:
        ids, start = render_training(tokenizer, messages[: turn + 1])
        weights = [0.0] * start + [1.0] * (len(ids) - start)
        if examples and ids[: len(examples[-1][0])] == examples[-1][0]:
            earlier = examples.pop()[1]
            weights[: len(earlier)] = earlier
        examples.append((ids, weights))
    return examples


def _numbered_rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Rows with their line numbers, after the header."""
    lines = enumerate(read_rows(path), start=1)
    _, header = next(lines, (1, None))
    if not isinstance(header, dict) or header.get("schema") != SCHEMA or header.get("version") != VERSION:
        expected = f'{{"schema":"{SCHEMA}","version":{VERSION}}}'
        raise JobError("data", f"{path.name}, line 1: expected the header {expected}")
    yield from lines
