"""Draws tokens. The randomness of a sample is a function of (seed, messages, sample index) alone.

Each sample owns a stream of uniform numbers from a counter-based generator keyed by a hash, one per token. Who shares its batch
cannot change what it draws. (The last bits of the logits may depend on the batch's shape: that is why slices are fixed.)
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

#: The nucleus almost always lies in so many of the most likely tokens; rows where it does not are sorted whole.
HEAD = 64


@dataclass(frozen=True)
class SamplingSettings:
    temperature: float
    top_p: float
    top_k: int | None
    max_tokens: int
    stop: tuple[str, ...]
    seed: int

    @classmethod
    def of(cls, sampling: dict[str, Any]) -> SamplingSettings:
        return cls(
            temperature=float(sampling["temperature"]),
            top_p=float(sampling["topP"]),
            top_k=sampling.get("topK"),
            max_tokens=sampling["maxTokens"],
            stop=tuple(text for text in sampling.get("stop") or () if text),
            seed=sampling["seed"],
        )


def uniform_stream(seed: int, content: Any, sample_index: int, count: int) -> np.ndarray:
    """`count` float64 numbers in [0, 1), the same on every machine and in every batch."""
    text = json.dumps([seed, content, sample_index], sort_keys=True, separators=(",", ":"))
    key = hashlib.sha256(text.encode("utf-8")).digest()[:16]
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little"))).random(count)


class Sampler:
    """Settings of the rows of one batch, as tensors. `select` keeps some rows (compaction)."""

    def __init__(self, torch, settings: list[SamplingSettings], device):
        self._torch = torch
        row = lambda values, dtype: torch.tensor(values, dtype=dtype, device=device)
        greedy = [s.temperature == 0 for s in settings]
        self._greedy = row(greedy, torch.bool)
        self._temperature = row([1.0 if g else s.temperature for g, s in zip(greedy, settings)], torch.float32)[:, None]
        self._top_p = row([s.top_p for s in settings], torch.float64)
        self._top_k = row([s.top_k or 1 << 30 for s in settings], torch.int64)
        self._note_modes()

    def select(self, rows) -> None:
        self._greedy, self._temperature = self._greedy[rows], self._temperature[rows]
        self._top_p, self._top_k = self._top_p[rows], self._top_k[rows]
        self._note_modes()

    def draw(self, logits, uniforms):
        """Token ids [rows] from float32 logits [rows, vocabulary] and one number in [0, 1) per row (float64)."""
        if self._all_greedy:
            return logits.argmax(-1)
        scaled = logits / self._temperature
        normaliser = scaled.logsumexp(-1, keepdim=True)
        width = min(HEAD, logits.shape[-1])
        drawn, inside = self._draw_from_head(scaled, normaliser, uniforms, width)
        if width < logits.shape[-1] and not bool(inside.all()):
            rows = (~inside).nonzero()[:, 0]
            whole, _ = self._draw_from_head(scaled[rows], normaliser[rows], uniforms[rows], logits.shape[-1], rows)
            drawn[rows] = whole
        return self._torch.where(self._greedy, logits.argmax(-1), drawn) if self._any_greedy else drawn

    def _draw_from_head(self, scaled, normaliser, uniforms, width: int, rows=slice(None)):
        """Inverse-CDF draw among the `width` most likely tokens; and whether the nucleus lies inside them."""
        torch, top_p, top_k = self._torch, self._top_p[rows], self._top_k[rows]
        values, ids = scaled.topk(width, dim=-1)
        cumulative = (values - normaliser).double().exp().cumsum(-1)
        # The nucleus: the smallest head with a mass of at least top-p, and never more than top-k tokens; at least one.
        size = ((cumulative < top_p[:, None]).sum(-1) + 1).minimum(top_k)
        inside = size <= width
        last = size.clamp(max=width) - 1
        mass = cumulative.gather(-1, last[:, None])[:, 0]
        position = torch.searchsorted(cumulative, (uniforms * mass)[:, None], right=True)[:, 0].minimum(last)
        return ids.gather(-1, position[:, None])[:, 0], inside | (width == scaled.shape[-1])

    def _note_modes(self) -> None:
        # Asked every step: kept as Python bools, so that a GPU is not waited for.
        self._all_greedy = bool(self._greedy.all()) if len(self._greedy) else True
        self._any_greedy = bool(self._greedy.any()) if len(self._greedy) else False
