"""Tokenised training examples in flat arrays: 150,000 short documents must not become 150,000 Python lists."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np


class Examples:
    """Rows of token ids with one loss weight a token.

    `weights[i]` is the weight of *predicting* token i from the tokens before it, so a row's first weight is always 0.
    """

    def __init__(self, ids: np.ndarray, weights: np.ndarray, offsets: np.ndarray):
        self.ids = ids
        self.weights = weights
        self.offsets = offsets
        self.lengths = np.diff(offsets)

    def __len__(self) -> int:
        return len(self.lengths)

    def row(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(self.offsets[index], self.offsets[index + 1])
        return self.ids[part], self.weights[part]

    def weight_sums(self) -> np.ndarray:
        """Sum of the loss weights of each row, float64."""
        if len(self) == 0:
            return np.zeros(0)
        return np.add.reduceat(self.weights.astype(np.float64), self.offsets[:-1])

    def loss_tokens(self, index: int) -> int:
        return int(np.count_nonzero(self.row(index)[1]))


class ExamplesBuilder:
    """Collects rows; `build()` gives the arrays."""

    def __init__(self) -> None:
        self._ids = array("i")
        self._weights = array("f")
        self._offsets = array("q", [0])

    def add(self, ids: Sequence[int], weights: Sequence[float]) -> None:
        """Takes a row of at least two tokens; the first token is predicted from nothing and gets weight 0."""
        if len(ids) != len(weights) or len(ids) < 2:
            raise ValueError(f"a row needs two tokens or more and a weight for each: {len(ids)} ids, {len(weights)} weights")
        self._ids.extend(ids)
        self._weights.append(0.0)
        self._weights.extend(weights[1:])
        self._offsets.append(len(self._ids))

    def build(self) -> Examples:
        return Examples(
            np.frombuffer(self._ids, dtype=np.int32) if self._ids else np.zeros(0, np.int32),
            np.frombuffer(self._weights, dtype=np.float32) if self._weights else np.zeros(0, np.float32),
            np.frombuffer(self._offsets, dtype=np.int64),
        )
