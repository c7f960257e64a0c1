"""Batches of similar length for forward passes without generation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def length_buckets(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Indices in order of length, cut so that a batch padded to its longest row has at most `batch_tokens` tokens (or one row)."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[index] > batch_tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def pad_right(torch, rows: Sequence[Sequence[int]], device):
    """(ids, mask) of shape [rows, longest]; padding is token 0 with mask 0."""
    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    mask = torch.zeros(len(rows), longest, dtype=torch.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
        mask[index, : len(row)] = 1
    return ids.to(device), mask.to(device)
