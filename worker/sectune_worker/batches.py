"""Which rows make up each optimiser step, and how a step is cut into forward passes.

The whole plan follows from (lengths, seed, epoch), so a resumed run needs no data-loader state: it plans again and skips
the steps it has done. Rows are never cut and every row is used once an epoch.

A batch is padded on the right. With causal attention no real token sees padding, so no attention mask is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

#: Lengths are rounded up to this, so that kernels meet few shapes.
PAD_TO_MULTIPLE = 8

#: Rows are sorted by length within windows of so many steps: little padding, and batches stay mixed.
WINDOW_STEPS = 64


@dataclass(frozen=True)
class Batching:
    """One of `batch_tokens` (padded tokens per step) and `batch_rows` (rows per step, exactly, save an epoch's last)."""

    batch_tokens: int | None = None
    batch_rows: int | None = None
    #: Padded tokens in one forward pass; the rest of the step is accumulated.
    micro_tokens: int = 8192

    def __post_init__(self) -> None:
        if (self.batch_tokens is None) == (self.batch_rows is None):
            raise ValueError("give one of batch_tokens and batch_rows")


def plan_epoch(lengths: np.ndarray, batching: Batching, seed: int, epoch: int) -> list[np.ndarray]:
    """Steps of one epoch: arrays of row indices."""
    order = np.random.default_rng([seed, epoch]).permutation(len(lengths))
    if batching.batch_rows is not None:
        return [order[i : i + batching.batch_rows] for i in range(0, len(order), batching.batch_rows)]
    return _length_bucketed(order, lengths, batching.batch_tokens or 0, seed, epoch)


def split_step(rows: np.ndarray, lengths: np.ndarray, micro_tokens: int, rank: int = 0, world: int = 1) -> list[np.ndarray]:
    """This rank's forward passes of a step.

    Every rank gets the same number of passes (sharded models must run in step); a rank with too few rows gets empty ones.
    """
    longest_first = rows[np.argsort(-lengths[rows], kind="stable")]
    parts = [_cut(longest_first[r::world], lengths, micro_tokens) for r in range(world)]
    passes = max(len(part) for part in parts)
    own = parts[rank]
    return own + [np.zeros(0, np.int64)] * (passes - len(own))


def steps_of(lengths: np.ndarray, batching: Batching, seed: int, total: int) -> Iterator[np.ndarray]:
    """The first `total` steps, epoch after epoch."""
    done = 0
    epoch = 0
    while done < total:
        for rows in plan_epoch(lengths, batching, seed, epoch)[: total - done]:
            yield rows
            done += 1
        epoch += 1


def count_steps(lengths: np.ndarray, batching: Batching, seed: int, epochs: float) -> int:
    """Optimiser steps in `epochs` passes; a fraction of an epoch is rounded up to a step."""
    whole = int(epochs)
    counts = [len(plan_epoch(lengths, batching, seed, epoch)) for epoch in range(whole)]
    rest = epochs - whole
    if rest > 0:
        counts.append(int(np.ceil(rest * len(plan_epoch(lengths, batching, seed, whole)))))
    return sum(counts)


def padded_length(length: int) -> int:
    return -(-int(length) // PAD_TO_MULTIPLE) * PAD_TO_MULTIPLE


def _length_bucketed(order: np.ndarray, lengths: np.ndarray, batch_tokens: int, seed: int, epoch: int) -> list[np.ndarray]:
    if len(order) == 0:
        return []
    window = max(1, round(WINDOW_STEPS * batch_tokens / max(1.0, float(lengths.mean()))))
    steps: list[np.ndarray] = []
    for start in range(0, len(order), window):
        part = order[start : start + window]
        steps += _cut(part[np.argsort(-lengths[part], kind="stable")], lengths, batch_tokens)
    shuffled = np.random.default_rng([seed, epoch, 1]).permutation(len(steps))
    return [steps[i] for i in shuffled]


def _cut(longest_first: np.ndarray, lengths: np.ndarray, tokens: int) -> list[np.ndarray]:
    """Cuts rows sorted by falling length into runs of at most `tokens` padded tokens, one row at least."""
    parts: list[np.ndarray] = []
    start = 0
    while start < len(longest_first):
        rows = max(1, tokens // padded_length(lengths[longest_first[start]]))
        parts.append(longest_first[start : start + rows])
        start += rows
    return parts
