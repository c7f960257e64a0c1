"""Op `merge`: a LoRA adapter (input `adapter`) + its base (input `checkpoint`) → a plain checkpoint."""

from __future__ import annotations

from typing import Any

from .channel import Channel
from .checkpoints import output_of, save_checkpoint, stored_dtype
from .jobs import Job
from .loading import load_causal_lm, load_tokenizer


def run(job: Job, channel: Channel) -> dict[str, Any]:
    import torch

    from .lora import merge_adapter

    base_path, adapter = job.input("checkpoint").resolve(), job.input("adapter").resolve()
    output = output_of(job.output, job.op)
    channel.progress(0, 2, note="adding the adapter to the base")
    # Added in fp32 whatever the base is stored in: the change is often smaller than bf16's steps.
    model = merge_adapter(load_causal_lm(base_path, torch.float32), adapter)
    channel.progress(1, 2, note="writing")
    tokenizer = load_tokenizer(adapter if (adapter / "tokenizer_config.json").exists() else base_path)
    save_checkpoint(model, tokenizer, output, stored_dtype(base_path))
    channel.progress(2, 2)
    return {"parameters": sum(parameter.numel() for parameter in model.parameters())}
