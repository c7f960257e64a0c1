"""Writes standard Hugging Face checkpoints: weights in the base's own precision, tokenizer, chat template, generation config."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .jobs import JobError

_SHORT_NAMES = {"float16", "bfloat16", "float32"}


def stored_dtype(checkpoint: Path) -> Any:
    """The precision a checkpoint's weights are stored in: what is trained from it is stored in the same."""
    import torch

    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    name = str(config.get("dtype") or config.get("torch_dtype") or "float32").removeprefix("torch.")
    return getattr(torch, name) if name in _SHORT_NAMES else torch.float32


def save_checkpoint(model: Any, tokenizer: Any, output: Path, dtype: Any) -> None:
    """`model` is left in `dtype`."""
    _name_end_token(model, tokenizer)
    model.to(dtype).save_pretrained(output)
    tokenizer.save_pretrained(output)


def save_state_dict(model: Any, state: dict[str, Any], tokenizer: Any, output: Path, dtype: Any) -> None:
    """As save_checkpoint, from weights gathered of a sharded model; only the rank that has them calls it."""
    model.config.dtype = dtype
    _name_end_token(model, tokenizer)
    model.save_pretrained(output, state_dict={name: value.to(dtype) for name, value in state.items()})
    tokenizer.save_pretrained(output)


def _name_end_token(model: Any, tokenizer: Any) -> None:
    """What the model was taught to end with stands in its generation config, or other programs would let it run on."""
    if not tokenizer.chat_template or model.generation_config is None:
        return
    from .template import turn_format

    configured = model.generation_config.eos_token_id
    known = [token for token in (configured if isinstance(configured, list) else [configured]) if token is not None]
    taught = turn_format(tokenizer).end_id
    if taught not in known:
        model.generation_config.eos_token_id = [*known, taught]


def output_of(directory: Path | None, op: str) -> Path:
    if directory is None:
        raise JobError("internal", f"{op}: the host named no output directory")
    directory.mkdir(parents=True, exist_ok=True)
    return directory
