"""Op `sft`: supervised fine-tuning of input `checkpoint` on input `rows`, to a standard checkpoint in the output directory.

Full or LoRA (merged unless `lora.output` says otherwise), in this process or spread over several by `accelerate launch`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .channel import Channel
from .checkpoints import output_of, save_checkpoint, save_state_dict, stored_dtype
from .device import device_name, setup_torch
from .failures import first_line, is_out_of_memory
from .jobs import Job, JobError
from .loading import config_context, load_causal_lm, load_tokenizer, release_model


def run(job: Job, channel: Channel) -> dict[str, Any]:
    if job.params.get("objective", "sft") != "sft":
        raise JobError("data", f"the op sft cannot train the objective {job.params['objective']!r}")
    output_of(job.output, job.op)
    release_model()
    if job.params.get("accelerateConfig"):
        from .launch import run_launched

        return run_launched(job, channel)
    setup_torch()
    return train_job(job, channel)


def train_job(job: Job, channel: Any) -> dict[str, Any]:
    """The whole job in this process: one of several where `accelerate launch` started it. Gives TrainResult's fields."""
    from . import objectives
    from .rows import read_sft_rows
    from .train_loop import make_accelerator, train
    from .train_params import loop_params

    params = loop_params(job.params)
    checkpoint = job.input("checkpoint").resolve()
    tokenizer = load_tokenizer(checkpoint)
    wanted, context = int(job.params.get("maxLength", 2048)), config_context(checkpoint)
    # Beyond its context the model would be trained at positions that it is never used at.
    rows = read_sft_rows(job.input("rows"), tokenizer, min(wanted, context))
    if rows.rows == 0:
        limit = f"maxLength {wanted}" if wanted <= context else f"the model's context of {context} tokens"
        raise JobError(
            "data",
            f"no row to train on: {rows.excluded_too_long} are longer than {limit}",
            hint="raise maxLength, or take a model with a longer context" if rows.excluded_too_long else "the rows file holds only its header",
        )
    accelerator = make_accelerator(params.precision, device_name())
    _refuse_what_cannot_be_sharded(accelerator, params.optimizer)
    try:
        model = _trainable_model(job, checkpoint, params, accelerator)
        result = train(
            model,
            rows.examples,
            objectives.sft.loss_sum,
            params,
            accelerator,
            channel,
            pad_id=_pad_id(tokenizer),
            scratch=job.scratch,
            job_identity=f"sft {job.input('checkpoint').name} {job.params.get('lora')}",
        )
        _save(result.model, result.wrapped, tokenizer, job, checkpoint, accelerator)
        accelerator.free_memory()
    except Exception as error:
        if is_out_of_memory(error):
            raise JobError("oom", f"out of memory while training: {first_line(error)}", hint=_oom_hint(job)) from error
        raise
    return {
        "steps": result.steps,
        "rows": rows.rows,
        "excludedTooLong": rows.excluded_too_long,
        "tokens": result.tokens,
        "lossTokens": result.loss_tokens,
        "tokensPerSecond": result.tokens_per_second,
        "peakMemoryBytes": result.peak_memory_bytes,
        "firstLoss": result.first_loss,
        "lastLoss": result.last_loss,
        "device": result.device,
    }


def _trainable_model(job: Job, checkpoint: Path, params: Any, accelerator: Any) -> Any:
    """Full training holds fp32 weights and computes in `precision`; a frozen base on a GPU is held in bf16."""
    import torch

    lora = job.params.get("lora")
    frozen_bf16 = lora and params.precision == "bf16" and accelerator.device.type == "cuda"
    model = load_causal_lm(checkpoint, torch.bfloat16 if frozen_bf16 else torch.float32)
    if job.params.get("gradientCheckpointing"):
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    if not lora:
        return model
    from .lora import add_lora

    return add_lora(model, lora, params.seed)


def _save(model: Any, wrapped: Any, tokenizer: Any, job: Job, checkpoint: Path, accelerator: Any) -> None:
    from .lora import merge_adapter
    from .state import is_sharded

    import torch

    output, dtype = output_of(job.output, job.op), stored_dtype(checkpoint)
    state = accelerator.get_state_dict(wrapped) if is_sharded(accelerator) else None
    if not accelerator.is_main_process:
        return
    lora = job.params.get("lora")
    if not lora:
        if state is None:
            save_checkpoint(model, tokenizer, output, dtype)
        else:
            save_state_dict(model, state, tokenizer, output, dtype)
        return
    wanted = lora.get("output", "merged")
    adapter = output if wanted == "adapter" else output / "adapter"
    model.save_pretrained(adapter, **({} if state is None else {"state_dict": state}))
    tokenizer.save_pretrained(adapter)
    if wanted != "adapter":
        # From the files, not from memory: the same result as the op `merge`, with the base in fp32.
        merged = merge_adapter(load_causal_lm(checkpoint, torch.float32), adapter)
        save_checkpoint(merged, tokenizer, output, dtype)
        if wanted == "merged":
            _remove(adapter)


def _refuse_what_cannot_be_sharded(accelerator: Any, optimizer: str) -> None:
    from .state import is_sharded

    if optimizer == "muon" and is_sharded(accelerator):
        raise JobError("data", "the optimizer muon needs whole matrices: FSDP and DeepSpeed shard them", hint="optimizer: adamw")


def _pad_id(tokenizer: Any) -> int:
    """Any token will do: padding stands to the right and carries no loss."""
    return next((i for i in (tokenizer.pad_token_id, tokenizer.eos_token_id) if i is not None), 0)


def _oom_hint(job: Job) -> str:
    from .train_params import DEFAULT_MICRO_TOKENS

    params = job.params
    tokens = params.get("microBatchTokens") or DEFAULT_MICRO_TOKENS
    steps = [f"lower microBatchTokens (now {tokens}; the result stays the same)"]
    if not params.get("gradientCheckpointing"):
        steps.append("set gradientCheckpointing: true")
    if not params.get("lora"):
        steps.append("train with lora")
    steps.append(f"lower maxLength (now {params.get('maxLength', 2048)})")
    return ", ".join(steps) + ", or shard over GPUs with accelerateConfig"


def _remove(directory: Path) -> None:
    import shutil

    shutil.rmtree(directory)
