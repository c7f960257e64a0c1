"""Optimisers and the learning-rate schedule.

`muon`: Muon on the hidden matrices, AdamW on embeddings, output head, norms and biases (Jordan et al. 2024).
Its update is scaled to AdamW's RMS (`match_rms_adamw`), so one learning rate means the same for both.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from .muon import Muon

ADAM_BETAS = (0.9, 0.95)


def make_optimizers(
    model: nn.Module, name: str, learning_rate: float, weight_decay: float, adam_learning_rate: float | None = None
) -> list[torch.optim.Optimizer]:
    """Optimisers over the trainable parameters. Weight decay is on matrices only, never on norms and biases."""
    matrices, embeddings, vectors = split_parameters(model)
    other_rate = adam_learning_rate or learning_rate
    if name == "muon":
        found: list[torch.optim.Optimizer] = []
        if matrices:
            found.append(Muon(matrices, learning_rate, weight_decay))
        rest = [group for group in (_group(embeddings, 0.0), _group(vectors, 0.0)) if group["params"]]
        if rest:
            found.append(_adamw(rest, other_rate))
    elif name == "adamw":
        groups = [_group(matrices + embeddings, weight_decay), _group(vectors, 0.0)]
        found = [_adamw([group for group in groups if group["params"]], learning_rate)]
    else:
        raise ValueError(f"unknown optimizer {name!r}")
    for optimizer in found:
        for group in optimizer.param_groups:
            group["peak_lr"] = group["lr"]
    return found


def split_parameters(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter], list[nn.Parameter]]:
    """Trainable parameters as (hidden matrices, embeddings and output head, everything else)."""
    lookups = {id(p) for module in model.modules() if isinstance(module, nn.Embedding) for p in module.parameters()}
    head = getattr(model, "get_output_embeddings", lambda: None)()
    if head is not None:
        lookups |= {id(p) for p in head.parameters()}
    matrices, embeddings, vectors = [], [], []
    for parameter in model.parameters():
        if not parameter.requires_grad:
            continue
        if id(parameter) in lookups and parameter.ndim == 2:
            embeddings.append(parameter)
        elif parameter.ndim == 2:
            matrices.append(parameter)
        else:
            vectors.append(parameter)
    return matrices, embeddings, vectors


def schedule_factor(kind: str, step: int, total: int, warmup_ratio: float) -> float:
    """Share of the peak learning rate at `step` (0-based) of `total`. Cosine and linear end at 0, as in transformers."""
    warmup = math.ceil(total * warmup_ratio)
    if step < warmup:
        return (step + 1) / warmup
    if kind == "constant":
        return 1.0
    done = (step - warmup) / max(1, total - warmup)
    if kind == "linear":
        return 1.0 - done
    if kind == "cosine":
        return 0.5 * (1.0 + math.cos(math.pi * done))
    raise ValueError(f"unknown schedule {kind!r}")


def set_learning_rate(optimizers: list[torch.optim.Optimizer], factor: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak_lr"] * factor


def _group(parameters: list[nn.Parameter], weight_decay: float) -> dict:
    return {"params": parameters, "weight_decay": weight_decay}


def _adamw(groups: list[dict], learning_rate: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(groups, lr=learning_rate, betas=ADAM_BETAS, eps=1e-8, fused=True)
