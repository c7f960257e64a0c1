"""Plans: every row once an epoch, exact sizes, the same plan every time, ranks in step."""

from __future__ import annotations

import numpy as np
import pytest
from sectune_worker.batches import Batching, count_steps, padded_length, plan_epoch, split_step, steps_of

LENGTHS = np.random.default_rng(0).integers(5, 200, 1000)


@pytest.mark.parametrize("batching", [Batching(batch_tokens=2048), Batching(batch_rows=64)])
def test_every_row_once_an_epoch_in_a_reproducible_order(batching):
    first, again, next_epoch = (plan_epoch(LENGTHS, batching, 7, epoch) for epoch in (0, 0, 1))
    assert sorted(np.concatenate(first)) == list(range(1000))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert np.concatenate(first).tolist() != np.concatenate(next_epoch).tolist()


def test_batch_rows_are_exact_and_only_an_epochs_last_step_is_smaller():
    sizes = [len(step) for step in plan_epoch(LENGTHS, Batching(batch_rows=64), 0, 0)]
    assert sizes == [64] * 15 + [40]


def test_batch_tokens_bound_padded_tokens_with_little_padding():
    steps = plan_epoch(LENGTHS, Batching(batch_tokens=2048), 0, 0)
    padded = [padded_length(LENGTHS[step].max()) * len(step) for step in steps]
    assert max(padded) <= 2048
    assert sum(padded) < 1.1 * LENGTHS.sum()


def test_a_row_longer_than_the_batch_is_a_step_of_its_own():
    steps = plan_epoch(np.array([10, 300, 10]), Batching(batch_tokens=64), 0, 0)
    assert [1] in [step.tolist() for step in steps]


@pytest.mark.parametrize("world", [1, 2, 3])
def test_ranks_share_a_step_without_overlap_and_run_the_same_number_of_passes(world):
    rows = np.arange(64)
    parts = [split_step(rows, LENGTHS, 512, rank, world) for rank in range(world)]
    assert len({len(part) for part in parts}) == 1
    assert sorted(np.concatenate([p for part in parts for p in part])) == list(range(64))
    for part in parts:
        for passed in part:
            assert len(passed) == 0 or padded_length(LENGTHS[passed].max()) * len(passed) <= 512


def test_a_step_with_fewer_rows_than_ranks_gives_empty_passes():
    assert [len(split_step(np.array([3]), LENGTHS, 512, rank, 2)[0]) for rank in (0, 1)] == [1, 0]


def test_epochs_may_be_fractions():
    batching = Batching(batch_rows=100)
    assert [count_steps(LENGTHS, batching, 0, epochs) for epochs in (0.05, 0.5, 1, 2.25)] == [1, 5, 10, 23]
    assert len(list(steps_of(LENGTHS, batching, 0, 23))) == 23


def test_one_size_must_be_given():
    with pytest.raises(ValueError):
        Batching()
    with pytest.raises(ValueError):
        Batching(batch_tokens=1, batch_rows=1)
