"""TrainParams of core/trainer.ts as the loop's dataclass. The host has validated them; what is wrong here is still named."""

from __future__ import annotations

from typing import Any

from .batches import Batching
from .device import has_bf16
from .jobs import JobError
from .train_loop import LoopParams

#: Padded tokens in one forward pass when the job does not say.
DEFAULT_MICRO_TOKENS = 8192


def loop_params(params: dict[str, Any]) -> LoopParams:
    """JobError `data` where a value is missing or out of range."""
    tokens, rows = params.get("batchTokens"), params.get("batchRows")
    if (tokens is None) == (rows is None):
        raise JobError("data", "params: give one of batchTokens and batchRows", hint="batchTokens: 4096, for example")
    try:
        return LoopParams(
            learning_rate=float(params["learningRate"]),
            epochs=float(params["epochs"]),
            batching=Batching(tokens, rows, int(params.get("microBatchTokens") or DEFAULT_MICRO_TOKENS)),
            warmup_ratio=float(params.get("warmupRatio", 0.03)),
            schedule=_one_of(params, "schedule", ("cosine", "linear", "constant")),
            optimizer=_one_of(params, "optimizer", ("adamw", "muon")),
            weight_decay=float(params.get("weightDecay", 0.0)),
            max_grad_norm=float(params.get("maxGradNorm", 1.0)),
            precision=_precision(_one_of(params, "precision", ("auto", "bf16", "fp32"))),
            checkpoint_every_steps=params.get("checkpointEverySteps"),
            seed=int(params.get("seed", 0)),
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise JobError("data", f"params: {type(cause).__name__}: {cause}") from cause


def _precision(asked: str) -> str:
    """`auto`: bf16 where the hardware multiplies it; emulated it is several times slower than fp32."""
    if asked != "auto":
        return asked
    return "bf16" if has_bf16() else "fp32"


def _one_of(params: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = params.get(name, allowed[0])
    if value not in allowed:
        raise JobError("data", f"params: {name} is {value!r}, expected one of {', '.join(allowed)}")
    return value
