"""Supervised fine-tuning: weighted cross-entropy of each next token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from ..train_loop import Batch


def loss_sum(model: torch.nn.Module, batch: Batch) -> torch.Tensor:
    """Σ weight · −log p(token | tokens before it). Logits are made only from the first position that has weight on."""
    weights = batch.weights[:, 1:]
    used = weights.ne(0).any(dim=0).nonzero()
    if used.numel() == 0:  # a pass without rows: sharded models must still run forward and backward
        return model(input_ids=batch.ids, use_cache=False, logits_to_keep=1).logits.sum() * 0.0
    first = int(used[0])
    keep = batch.ids.shape[1] - first
    logits = model(input_ids=batch.ids, use_cache=False, logits_to_keep=keep).logits[:, -keep:-1]
    losses = F.cross_entropy(logits.float().flatten(0, 1), batch.ids[:, 1 + first :].flatten(), reduction="none")
    return (losses * weights[:, first:].flatten()).sum()
