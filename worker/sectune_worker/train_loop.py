"""The training loop: one for every objective, for a laptop's two cores and for several GPUs.

    plan steps → for each: seed, forward passes, backward, clip, optimiser step → checkpoint → …

What is exact: the loss of a step is Σ weight·loss / Σ weight over *all* its rows, however they are cut into forward passes
and spread over processes. A run that is killed and started again ends with the same bits on the same machine.
What is not covered: pipeline and tensor parallelism.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedType

from .batches import Batching, count_steps, padded_length, split_step, steps_of
from .examples import Examples
from .jobs import JobError
from .optim import make_optimizers, schedule_factor, set_learning_rate
from .state import load_state, save_state

#: Seconds between progress reports, so that thousands of tiny steps do not flood the host.
REPORT_EVERY_S = 1.0
#: Seconds of work that a kill may cost, whatever the job asks for: a day of training must not hang on a setting.
SAVE_EVERY_S = 300.0


@dataclass(frozen=True)
class Batch:
    """Right-padded rows of one forward pass: `ids` int64 [rows, length], `weights` float32 [rows, length]."""

    ids: torch.Tensor
    weights: torch.Tensor


Objective = Callable[[torch.nn.Module, Batch], torch.Tensor]


class Reporter(Protocol):
    """The part of Channel the loop uses. `progress` raises when the job has been cancelled."""

    def progress(self, done: float, total: float | None, metrics: dict[str, float] | None) -> None: ...
    def checkpoint(self, path: Path | str) -> None: ...


@dataclass(frozen=True)
class LoopParams:
    """As TrainParams in core/trainer.ts; the last three are the pre-training's."""

    learning_rate: float
    batching: Batching
    epochs: float = 1.0
    warmup_ratio: float = 0.03
    schedule: str = "cosine"
    optimizer: str = "adamw"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    precision: str = "bf16"
    checkpoint_every_steps: int | None = None
    seed: int = 0
    #: Stops the schedule after so many steps instead of after `epochs`.
    steps: int | None = None
    #: Rate of what Muon does not train; None: the same.
    adam_learning_rate: float | None = None
    #: Leaves after so many seconds with a checkpoint; starting again goes on.
    stop_after_s: float | None = None


@dataclass
class LoopResult:
    """Field names follow TrainResult in core/trainer.ts; `rows` counts each row as often as it was seen."""

    steps: int
    rows: int
    tokens: int
    loss_tokens: int
    tokens_per_second: float
    peak_memory_bytes: int
    first_loss: float
    last_loss: float
    device: str
    finished: bool
    model: torch.nn.Module
    #: `model` inside what accelerate put around it: sharded weights are gathered through it.
    wrapped: torch.nn.Module


def train(
    model: torch.nn.Module,
    examples: Examples,
    objective: Objective,
    params: LoopParams,
    accelerator: Accelerator,
    reporter: Reporter,
    pad_id: int,
    scratch: Path | None = None,
    job_identity: str = "",
) -> LoopResult:
    """Trains `model` in place. `job_identity` names base weights and objective: a state of another job is refused."""
    if len(examples) == 0:
        raise JobError("data", "no row to train on", hint="every row was left out, or the file has only its header")
    total = params.steps or count_steps(examples.lengths, params.batching, params.seed, params.epochs)
    row_weights = examples.weight_sums()
    model, optimizers = _prepare(model, params, accelerator)
    identity = _identity(examples, params, accelerator, job_identity)
    counters: dict[str, Any] = {"tokens": 0, "loss_tokens": 0, "rows": 0, "seconds": 0.0, "first_loss": None, "last_loss": 0.0}
    first_step = 0
    state_directory = scratch / "state" if scratch else None
    if state_directory and (restored := load_state(state_directory, identity, accelerator, model, optimizers)):
        first_step, counters = restored
    model.train()
    started = reported = saved = time.monotonic()
    done = first_step
    tokens_at_report = counters["tokens"]
    seconds_before = counters["seconds"]
    for step, rows in enumerate(steps_of(examples.lengths, params.batching, params.seed, total)):
        if step < first_step:
            continue
        torch.manual_seed(_step_seed(params.seed, step, accelerator.process_index))
        factor = schedule_factor(params.schedule, step, total, params.warmup_ratio)
        set_learning_rate(optimizers, factor)
        loss = _run_step(model, rows, examples, row_weights, objective, optimizers, params, accelerator, pad_id)
        done = step + 1
        counters["tokens"] += int(examples.lengths[rows].sum())
        counters["loss_tokens"] += sum(examples.loss_tokens(row) for row in rows)
        counters["rows"] += len(rows)
        counters["last_loss"] = loss
        if counters["first_loss"] is None:
            counters["first_loss"] = loss
        if not np.isfinite(loss):
            raise JobError("internal", f"the loss is {loss} at step {done}", hint="lower learningRate, or train in fp32")
        now = time.monotonic()
        counters["seconds"] = seconds_before + now - started
        out_of_time = params.stop_after_s is not None and now - started > params.stop_after_s
        due = _checkpoint_due(done, total, params.checkpoint_every_steps, out_of_time)
        if state_directory and (due or _on_every_rank(now - saved > SAVE_EVERY_S, accelerator)):
            reporter.checkpoint(save_state(state_directory, done, identity, counters, accelerator, model, optimizers))
            saved = time.monotonic()
        if now - reported >= REPORT_EVERY_S or done == total or out_of_time:
            rate = (counters["tokens"] - tokens_at_report) / max(1e-9, now - reported)
            try:
                reporter.progress(done, total, {"loss": loss, "learningRate": params.learning_rate * factor, "tokensPerSecond": rate})
            except JobError:  # cancelled: what is done is kept. Launched processes are ended from outside.
                if state_directory and accelerator.num_processes == 1:
                    save_state(state_directory, done, identity, counters, accelerator, model, optimizers)
                raise
            reported, tokens_at_report = now, counters["tokens"]
        if out_of_time:
            break
    return LoopResult(
        steps=done,
        rows=counters["rows"],
        tokens=counters["tokens"],
        loss_tokens=counters["loss_tokens"],
        tokens_per_second=counters["tokens"] / max(1e-9, counters["seconds"]),
        peak_memory_bytes=_peak_memory_bytes(accelerator),
        first_loss=counters["first_loss"] if counters["first_loss"] is not None else float("nan"),
        last_loss=counters["last_loss"],
        device=f"{accelerator.device.type}/{params.precision}",
        finished=done == total,
        model=accelerator.unwrap_model(model),
        wrapped=model,
    )


def make_accelerator(precision: str, device: str) -> Accelerator:
    """`device`: `cpu` or `cuda`. Under `accelerate launch` its environment decides how many and how sharded."""
    if AcceleratorState._shared_state and AcceleratorState().distributed_type == DistributedType.NO:
        # accelerate keeps the first job's precision for the life of the process; a worker runs jobs of several.
        AcceleratorState._reset_state(reset_partial_state=True)
    return Accelerator(mixed_precision="bf16" if precision == "bf16" else "no", cpu=device == "cpu")


def _prepare(
    model: torch.nn.Module, params: LoopParams, accelerator: Accelerator
) -> tuple[torch.nn.Module, list[torch.optim.Optimizer]]:
    optimizers = make_optimizers(
        model, params.optimizer, params.learning_rate, params.weight_decay, params.adam_learning_rate
    )
    if accelerator.distributed_type == DistributedType.DEEPSPEED:
        settle_deepspeed(accelerator.state.deepspeed_plugin.deepspeed_config, params.max_grad_norm)
    prepared = accelerator.prepare(model, *optimizers)
    return prepared[0], list(prepared[1:])


def settle_deepspeed(config: dict[str, Any], max_grad_norm: float) -> None:
    """Tells DeepSpeed that batches are put together here, and lets it clip as the job says. JobError where its config says otherwise."""
    settled = {
        "train_micro_batch_size_per_gpu": 1,
        "gradient_accumulation_steps": 1,
        "gradient_clipping": max_grad_norm,
    }
    for name, value in settled.items():
        stated = config.get(name, "auto")
        if stated not in ("auto", value):
            raise JobError(
                "data",
                f"the DeepSpeed config sets {name} to {stated}, but training here counts batches and clips by the job's settings",
                hint=f'set {name} to "auto" or {value}',
            )
        config[name] = value
    zero = config.get("zero_optimization") or {}
    if zero.get("stage") == 3 and zero.get("stage3_gather_16bit_weights_on_model_save") is not True:
        raise JobError(
            "data",
            "the DeepSpeed config does not gather the weights of ZeRO-3 for saving, so the trained model could not be written",
            hint="zero3_save_16bit_model: true, or in a JSON config stage3_gather_16bit_weights_on_model_save: true",
        )


def _run_step(
    model: torch.nn.Module,
    rows: np.ndarray,
    examples: Examples,
    row_weights: np.ndarray,
    objective: Objective,
    optimizers: list[torch.optim.Optimizer],
    params: LoopParams,
    accelerator: Accelerator,
    pad_id: int,
) -> float:
    """One optimiser step; gives its loss over all processes."""
    # Data-parallel gradients are averaged over processes; the division here must therefore be by the mean weight.
    step_weight = float(row_weights[rows].sum())
    divisor = max(step_weight, 1e-9) / accelerator.num_processes
    passes = split_step(
        rows, examples.lengths, params.batching.micro_tokens, accelerator.process_index, accelerator.num_processes
    )
    loss_total = torch.zeros((), device=accelerator.device)
    for index, part in enumerate(passes):
        last = index == len(passes) - 1
        accelerator.sync_gradients = last
        with contextlib.nullcontext() if last else accelerator.no_sync(model):
            batch = _collate(examples, part, pad_id, accelerator.device)
            loss = objective(model, batch) / divisor
            accelerator.backward(loss)
        loss_total += loss.detach()
    accelerator.clip_grad_norm_(model.parameters(), params.max_grad_norm)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return float(accelerator.reduce(loss_total, reduction="mean"))


def _collate(examples: Examples, rows: np.ndarray, pad_id: int, device: torch.device) -> Batch:
    length = max((padded_length(examples.lengths[row]) for row in rows), default=8)
    ids = np.full((max(1, len(rows)), length), pad_id, dtype=np.int64)
    weights = np.zeros(ids.shape, dtype=np.float32)
    for position, row in enumerate(rows):
        row_ids, row_weights = examples.row(int(row))
        ids[position, : len(row_ids)] = row_ids
        weights[position, : len(row_ids)] = row_weights
    return Batch(torch.from_numpy(ids).to(device), torch.from_numpy(weights).to(device))


def _checkpoint_due(done: int, total: int, every: int | None, out_of_time: bool) -> bool:
    return out_of_time or done == total or (every is not None and done % every == 0)


def _on_every_rank(due: bool, accelerator: Accelerator) -> bool:
    """Clocks differ between processes, and saving needs all of them: what one wants all do."""
    if accelerator.num_processes == 1:
        return due
    wanted = torch.tensor(float(due), device=accelerator.device)
    return float(accelerator.reduce(wanted, reduction="sum")) > 0


def _step_seed(seed: int, step: int, rank: int) -> int:
    return int(np.random.SeedSequence([seed & 0xFFFFFFFF, step, rank]).generate_state(1)[0])


def _identity(examples: Examples, params: LoopParams, accelerator: Accelerator, job_identity: str) -> str:
    settings = asdict(params)
    for name in ("stop_after_s", "checkpoint_every_steps"):  # change when a run stops, not what it computes
        settings.pop(name)
    digest = hashlib.sha256(json.dumps([settings, accelerator.num_processes, job_identity], sort_keys=True).encode())
    for part in (examples.ids, examples.weights, examples.offsets):
        digest.update(np.ascontiguousarray(part).view(np.uint8))
    return digest.hexdigest()


def _peak_memory_bytes(accelerator: Accelerator) -> int:
    if accelerator.device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(accelerator.device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB
