"""Opens checkpoints: standard Hugging Face directories and PEFT adapters. Code in a checkpoint is never run."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .device import setup_torch
from .failures import first_line, is_out_of_memory
from .jobs import Job, JobError

CHECKPOINT_HINT = "it needs config.json, weights (*.safetensors) and a tokenizer; files of an interrupted download are cut short"


@dataclass
class LoadedModel:
    model: Any
    tokenizer: Any
    device: Any
    #: Tokens the model can attend to; prompts and answers together stay below it.
    context: int
    #: Every token that ends an answer.
    end_ids: frozenset[int]
    sha256: str


_kept: LoadedModel | None = None


def load_model(job: Job) -> LoadedModel:
    """The job's input `checkpoint`, ready for inference: fp32 on CPU (bf16 does not speed generation up there), bf16 on CUDA.

    The last one is kept, because slices of one stage come as one job each.
    """
    global _kept
    path = job.input("checkpoint").resolve()
    sha256 = job.input("checkpoint").name
    if _kept is not None and _kept.sha256 == sha256:
        return _kept
    release_model()
    _kept = open_checkpoint(path, sha256)
    return _kept


def release_model() -> None:
    """Frees the kept model: training needs the memory."""
    global _kept
    _kept = None
    gc.collect()


def open_checkpoint(path: Path, sha256: str = "") -> LoadedModel:
    adapter = path / "adapter_config.json"
    base = _adapter_base(adapter) if adapter.exists() else path
    _require_config(base)  # before torch is imported: a wrong path should be told at once
    torch, device = setup_torch()
    dtype = torch.float32 if device.type == "cpu" else torch.bfloat16
    model = load_causal_lm(base, dtype)
    if adapter.exists():
        model = _apply_adapter(model, path)
    tokenizer = load_tokenizer(path if (path / "tokenizer_config.json").exists() else base)
    model = model.to(device).eval().requires_grad_(False)
    return LoadedModel(model, tokenizer, device, _context_length(model), end_ids(model, tokenizer), sha256)


def load_causal_lm(path: Path | str, dtype) -> Any:
    """AutoModelForCausalLM on the CPU; JobError `data` with what is wrong with the directory."""
    from transformers import AutoModelForCausalLM

    _require_config(Path(path))
    try:
        return AutoModelForCausalLM.from_pretrained(
            path, dtype=dtype, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except ImportError:
        raise
    except Exception as cause:
        if is_out_of_memory(cause):
            raise
        raise JobError("data", f"cannot read the checkpoint {path}: {first_line(cause)}", hint=CHECKPOINT_HINT) from cause


def load_tokenizer(path: Path | str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    except ImportError:
        raise
    except Exception as cause:
        raise JobError("data", f"cannot read the tokenizer of {path}: {first_line(cause)}", hint=CHECKPOINT_HINT) from cause


def end_ids(model, tokenizer) -> frozenset[int]:
    """End tokens of the generation config, the tokenizer and the chat template."""
    found: set[int] = set()
    configured = getattr(model.generation_config, "eos_token_id", None)
    found.update(configured if isinstance(configured, list) else [configured])
    found.add(tokenizer.eos_token_id)
    if tokenizer.chat_template:
        from .template import turn_format

        found.add(turn_format(tokenizer).end_id)
    return frozenset(token for token in found if token is not None)


def _require_config(path: Path) -> None:
    config = path / "config.json"
    try:
        json.loads(config.read_text())
    except FileNotFoundError as cause:
        raise JobError("data", f"{path} is not a checkpoint: it has no config.json", hint=CHECKPOINT_HINT) from cause
    except (OSError, ValueError) as cause:
        raise JobError("data", f"cannot read {config}: {first_line(cause)}", hint=CHECKPOINT_HINT) from cause


def _adapter_base(config: Path) -> Path:
    """The base model an adapter names: a directory, absolute or beside the adapter."""
    name = json.loads(config.read_text()).get("base_model_name_or_path") or ""
    for candidate in (Path(name), config.parent / name):
        if name and (candidate / "config.json").exists():
            return candidate
    raise JobError(
        "data",
        f"the adapter's base model {name or '(none named)'} is not a directory here",
        hint="download the base and set base_model_name_or_path in adapter_config.json to its folder, or merge the adapter first",
    )


def _apply_adapter(model, path: Path):
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, path, local_files_only=True).merge_and_unload()
    except ImportError:
        raise
    except Exception as cause:
        if is_out_of_memory(cause):
            raise
        raise JobError("data", f"cannot apply the adapter {path}: {first_line(cause)}", hint=CHECKPOINT_HINT) from cause


def _context_length(model) -> int:
    return _context_named(lambda name: getattr(model.config, name, None))


def config_context(checkpoint: Path) -> int:
    """The same from a checkpoint's config alone."""
    try:
        config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # whoever opens it tells what is wrong
        config = {}
    return _context_named(config.get)


def _context_named(value_of: Callable[[str], Any]) -> int:
    """max_position_embeddings under the names configs give it; a large number where there is no limit."""
    for name in ("max_position_embeddings", "n_positions", "max_sequence_length"):
        value = value_of(name)
        if isinstance(value, int) and value > 0:
            return value
    return 1 << 20
