"""Training state that survives a kill.

A state is a directory `step-N` that appears by a rename, so existence means complete; older ones are then removed.
One process, and data-parallel copies: trainable weights, optimisers and counters in one file, written by rank 0.
Sharded models (FSDP, DeepSpeed): accelerate writes one part a rank.
There is no random state in it: every step seeds itself from (seed, step, rank).
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedType

from .jobs import JobError

STATE_FILE = "state.pt"
_STEP = re.compile(r"step-(\d+)")
_SHARDED = (DistributedType.FSDP, DistributedType.DEEPSPEED)


def save_state(
    directory: Path,
    step: int,
    identity: str,
    counters: dict[str, Any],
    accelerator: Accelerator,
    model: torch.nn.Module,
    optimizers: list[torch.optim.Optimizer],
) -> Path:
    """Writes the state after `step` steps. Collective: every rank calls it."""
    final = directory / f"step-{step}"
    temporary = directory / f"partial-{step}"
    if accelerator.is_main_process:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
    accelerator.wait_for_everyone()
    content = {"identity": identity, "step": step, "counters": counters}
    if is_sharded(accelerator):
        accelerator.save_state(str(temporary))
    else:
        content["model"] = trainable_state(accelerator.unwrap_model(model))
        content["optimizers"] = [optimizer.state_dict() for optimizer in optimizers]
    if accelerator.is_main_process:
        with open(temporary / STATE_FILE, "wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        shutil.rmtree(final, ignore_errors=True)
        temporary.rename(final)
        for other in directory.iterdir():
            if other != final and (_STEP.fullmatch(other.name) or other.name.startswith("partial-")):
                shutil.rmtree(other, ignore_errors=True)
    return final


def load_state(
    directory: Path,
    identity: str,
    accelerator: Accelerator,
    model: torch.nn.Module,
    optimizers: list[torch.optim.Optimizer],
) -> tuple[int, dict[str, Any]] | None:
    """Restores the newest state; None where there is none. JobError `data` for one that is unreadable or of another job."""
    found = newest_state(directory)
    if found is None:
        return None
    try:
        content = torch.load(found / STATE_FILE, map_location="cpu", weights_only=True)
    except Exception as cause:
        raise JobError(
            "data", f"training state {found} cannot be read: {cause}", hint=f"remove {found} to train from the start"
        ) from cause
    if content["identity"] != identity:
        raise JobError(
            "data",
            f"training state {found} belongs to another job (rows, parameters or number of processes differ)",
            hint=f"remove {found} to train from the start, or use another scratch directory",
        )
    if is_sharded(accelerator):
        accelerator.load_state(str(found))
    else:
        accelerator.unwrap_model(model).load_state_dict(content["model"], strict=False)
        for optimizer, state in zip(optimizers, content["optimizers"], strict=True):
            optimizer.load_state_dict(state)
    return int(content["step"]), content["counters"]


def is_sharded(accelerator: Accelerator) -> bool:
    return accelerator.distributed_type in _SHARDED


def newest_state(directory: Path) -> Path | None:
    if not directory.is_dir():
        return None
    steps = {int(match[1]): path for path in directory.iterdir() if (match := _STEP.fullmatch(path.name))}
    return steps[max(steps)] if steps else None


def trainable_state(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: parameter.detach() for name, parameter in model.named_parameters() if parameter.requires_grad}
