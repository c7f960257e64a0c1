"""LoRA through PEFT: wrapping a base, and merging what was learned into plain weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .failures import first_line, is_out_of_memory
from .jobs import JobError


def add_lora(model: Any, settings: dict[str, Any], seed: int) -> Any:
    """The model with a fresh adapter; only the adapter is trainable. Its random part follows from `seed`."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    config = LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=settings.get("dropout", 0.0),
        target_modules=settings.get("targets", "all-linear"),
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as cause:  # no module has such a name
        raise JobError(
            "data", f"lora.targets: {first_line(cause)}", hint='use "all-linear", or names of linear layers of this model'
        ) from cause


def merge_adapter(base: Any, adapter: Path) -> Any:
    """`base` with the adapter's change added to its weights, in the base's precision in memory (give it in fp32)."""
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(base, adapter, local_files_only=True).merge_and_unload(safe_merge=True)
    except ImportError:
        raise
    except Exception as cause:
        if is_out_of_memory(cause):
            raise
        raise JobError(
            "data",
            f"cannot merge the adapter {adapter}: {first_line(cause)}",
            hint="it must have been trained on this base: same architecture and shapes",
        ) from cause
