"""Schedules against transformers, Muon against torch, and what each optimiser may touch."""

from __future__ import annotations

import pytest
import torch
from sectune_worker.muon import Muon
from sectune_worker.optim import make_optimizers, schedule_factor, split_parameters
from transformers import LlamaConfig, LlamaForCausalLM, get_scheduler


@pytest.mark.parametrize("kind,theirs", [("cosine", "cosine"), ("linear", "linear"), ("constant", "constant_with_warmup")])
def test_schedules_equal_transformers_after_warm_up(kind, theirs):
    total, warmup = 50, 5
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    scheduler = get_scheduler(theirs, optimizer, num_warmup_steps=warmup, num_training_steps=total)
    for step in range(total):
        if step >= warmup:
            assert schedule_factor(kind, step, total, warmup / total) == pytest.approx(scheduler.get_last_lr()[0], abs=1e-12)
        optimizer.step()
        scheduler.step()


def test_warm_up_begins_above_zero_and_reaches_the_peak():
    factors = [schedule_factor("cosine", step, 100, 0.04) for step in range(5)]
    assert factors == [0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.mark.parametrize("tied", [True, False])
def test_muon_gets_hidden_matrices_only(tied):
    model = small_llama(tied)
    muon, adamw = make_optimizers(model, "muon", 1e-3, 0.1)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    in_muon = {names[id(p)] for group in muon.param_groups for p in group["params"]}
    in_adamw = {names[id(p)] for group in adamw.param_groups for p in group["params"]}
    assert in_muon | in_adamw == set(names.values()) and not in_muon & in_adamw
    assert all("_proj.weight" in name for name in in_muon) and len(in_muon) == 7
    assert "model.embed_tokens.weight" in in_adamw and ("lm_head.weight" in in_adamw) == (not tied)


def test_weight_decay_is_not_on_norms():
    (adamw,) = make_optimizers(small_llama(True), "adamw", 1e-3, 0.1)
    assert [(group["weight_decay"], {p.ndim for p in group["params"]}) for group in adamw.param_groups] == [(0.1, {2}), (0.0, {1})]


def test_frozen_parameters_are_left_out():
    model = small_llama(True)
    model.requires_grad_(False)
    model.model.layers[0].self_attn.q_proj.weight.requires_grad_(True)
    assert [len(part) for part in split_parameters(model)] == [1, 0, 0]


def test_batched_muon_in_bf16_takes_the_same_steps_as_torchs():
    torch.manual_seed(0)
    shapes = [(8, 16), (16, 8), (8, 16), (12, 12)]
    mine = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
    theirs = [torch.nn.Parameter(p.detach().clone()) for p in mine]
    optimizers = [
        Muon(mine, 0.01, 0.1, dtype=torch.bfloat16),
        torch.optim.Muon(theirs, lr=0.01, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"),
    ]
    for _ in range(3):
        for a, b in zip(mine, theirs, strict=True):
            a.grad = torch.randn(a.shape)
            b.grad = a.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for a, b in zip(mine, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=3e-3)  # bf16 rounding of differently ordered sums; a step is 0.1


def test_muons_update_is_nearly_orthogonal():
    parameter = torch.nn.Parameter(torch.zeros(32, 64))
    optimizer = Muon([parameter], 1.0, 0.0, dtype=torch.float32)
    parameter.grad = torch.randn(32, 64, generator=torch.Generator().manual_seed(0))
    optimizer.step()
    singular = torch.linalg.svdvals(parameter.detach() / (0.2 * 64**0.5))
    assert 0.6 < singular.min() and singular.max() < 1.3


def small_llama(tied: bool) -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=16,
        num_hidden_layers=1,
        intermediate_size=24,
        num_attention_heads=2,
        tie_word_embeddings=tied,
    )
    return LlamaForCausalLM(config)
