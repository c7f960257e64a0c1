"""Pre-trains tiny-coder from a generated corpus. Run in worker/:

    ../.venv/worker/bin/python -m tiny.pretrain --corpus ../corpus.ndjson --out ../assets/tiny-coder

Deterministic on one machine with one thread count. Stopped by `--max-minutes`, a signal or a kill, the same command goes on
from the last checkpoint; the output appears when all steps are done. `--from` trains a checkpoint further. On cores shared with other work two processes of one
thread each are faster than two threads: `accelerate launch --cpu --num_processes 2 -m tiny.pretrain …`.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import itertools
import json
import os
import shutil
import sys
import time
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# As in the worker: spinning at barriers costs ten times as long beside other work.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from sectune_worker.batches import Batching
from sectune_worker.device import device_name
from sectune_worker.muon import fast_bf16
from sectune_worker.objectives import sft
from sectune_worker.train_loop import LoopParams, LoopResult, make_accelerator, train

from .corpus import encode_corpus, plain_texts, read_documents
from .model import make_model
from .tokenizer import train_tokenizer


#: Documents the tokenizer learns from: the corpus is in random order, more change nothing but the time.
TOKENIZER_DOCUMENTS = 30_000


def main() -> int:
    options = parse_options()
    scratch = options.scratch or options.out.with_name(options.out.name + ".training")
    corpus_hash = file_hash(options.corpus)
    accelerator = make_accelerator(options.precision, device_name())
    with accelerator.main_process_first():
        tokenizer = load_or_train_tokenizer(options, scratch, corpus_hash)
    examples, excluded = encode_corpus(options.corpus, tokenizer, options.max_length)
    say(f"corpus: {len(examples)} documents, {len(examples.ids)} tokens, {excluded} too long, vocabulary {len(tokenizer)}")
    torch.manual_seed(options.seed)
    model = load_or_make_model(options, tokenizer)
    say(f"model: {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {torch.get_num_threads()} threads")
    params = LoopParams(
        learning_rate=options.muon_rate,
        adam_learning_rate=options.adam_rate,
        batching=Batching(batch_tokens=options.batch_tokens, micro_tokens=options.batch_tokens),
        steps=options.steps,
        warmup_ratio=0.02,
        optimizer="muon",
        weight_decay=options.weight_decay,
        precision=options.precision,
        checkpoint_every_steps=options.checkpoint_every,
        seed=options.seed,
        stop_after_s=options.max_minutes * 60 if options.max_minutes else None,
    )
    result = train(
        model,
        examples,
        sft.loss_sum,
        params,
        accelerator,
        Console(),
        pad_id=tokenizer.pad_token_id,
        scratch=scratch,
        job_identity=model.config.to_json_string() + (beginning(options) or ""),
    )
    if not accelerator.is_main_process:
        return 0
    facts = describe(result, corpus_hash, len(examples), excluded, params)
    if options.begin is not None:
        facts["from"] = {"weights_sha256": beginning(options), **json.loads((options.begin / "training.json").read_text())}
    say(json.dumps(facts))
    destination = options.out if result.finished else scratch / "snapshot"
    save_checkpoint(result.model, tokenizer, destination)
    (destination / "training.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    say(f"{'done' if result.finished else 'stopped; the same command goes on'}: {destination}")
    return 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tiny.pretrain", description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True, help="NDJSON of {messages} or {text}")
    parser.add_argument("--out", type=Path, required=True, help="directory of the finished checkpoint")
    parser.add_argument("--from", type=Path, dest="begin", help="checkpoint to train further: its tokenizer and shape hold")
    parser.add_argument("--scratch", type=Path, help="training state; default: OUT.training")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch-tokens", type=int, default=3072, help="padded tokens per step")
    parser.add_argument("--max-minutes", type=float, help="stop then, with a checkpoint to go on from")
    parser.add_argument("--vocabulary", type=int, default=2048)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--feed-forward", type=int, default=704)
    parser.add_argument("--max-length", type=int, default=1024)
    parser.add_argument("--muon-rate", type=float, default=6e-3)
    parser.add_argument("--adam-rate", type=float, default=3e-3)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--precision", choices=["bf16", "fp32"], default=default_precision())
    parser.add_argument("--checkpoint-every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def default_precision() -> str:
    """bf16 pays only where the hardware multiplies it; emulated it is several times slower than fp32."""
    return "bf16" if fast_bf16(torch.device(device_name())) else "fp32"


def load_or_train_tokenizer(options: argparse.Namespace, scratch: Path, corpus_hash: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a run that is resumed, or of a checkpoint that is trained further, is the one it began with."""
    if options.begin is not None:
        return PreTrainedTokenizerFast.from_pretrained(options.begin)
    kept = scratch / f"tokenizer-{corpus_hash[:16]}-{options.vocabulary}"
    if not kept.is_dir():
        sample = itertools.islice(read_documents(options.corpus), TOKENIZER_DOCUMENTS)
        texts = (text for document in sample for text in plain_texts(document))
        tokenizer = train_tokenizer(texts, options.vocabulary, options.max_length)
        temporary = scratch / "tokenizer-partial"
        tokenizer.save_pretrained(temporary)
        temporary.rename(kept)
    return PreTrainedTokenizerFast.from_pretrained(kept)


def load_or_make_model(options: argparse.Namespace, tokenizer: PreTrainedTokenizerFast) -> torch.nn.Module:
    if options.begin is not None:
        return LlamaForCausalLM.from_pretrained(options.begin, dtype=torch.float32)
    return make_model(tokenizer, options.hidden, options.layers, options.heads, options.feed_forward, options.max_length)


def beginning(options: argparse.Namespace) -> str | None:
    """Hash of the weights that training begins with; None: random ones."""
    return None if options.begin is None else file_hash(options.begin / "model.safetensors")


def save_checkpoint(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, directory: Path) -> None:
    """A standard checkpoint in bf16; replaces what is there only when it is complete."""
    partial = directory.with_name(directory.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    shutil.rmtree(directory, ignore_errors=True)
    partial.rename(directory)


class Console:
    """Progress lines on stderr, one every ten seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._last = 0.0

    def progress(self, done: float, total: float | None, metrics: dict[str, float] | None) -> None:
        now = time.monotonic()
        if now - self._last >= 10 or done == total:
            self._last = now
            shown = " ".join(f"{name} {value:.4g}" for name, value in (metrics or {}).items())
            say(f"[{now - self._started:6.0f} s] step {done:.0f}/{total or 0:.0f} {shown}")

    def checkpoint(self, path: Path | str) -> None:
        pass


def describe(result: LoopResult, corpus_hash: str, documents: int, excluded: int, params: LoopParams) -> dict:
    facts = {name: value for name, value in vars(result).items() if name not in ("model", "wrapped")}
    settings = dataclasses.asdict(params)
    return {
        **facts,
        "corpus_sha256": corpus_hash,
        "documents": documents,
        "excluded": excluded,
        "settings": settings,
    }


def file_hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def say(text: str) -> None:
    if os.environ.get("RANK", "0") == "0":  # one voice under `accelerate launch`
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
