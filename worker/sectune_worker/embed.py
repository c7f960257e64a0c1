"""Op `embed`: the mean of the last hidden states of a causal model, as unit vectors."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .buckets import length_buckets, pad_right
from .channel import Channel
from .jobs import Job, JobError
from .loading import LoadedModel, load_model
from .ndjson import read_rows
from .protocol import check
from .template import encode_prefix

VECTORS = "vectors.f32"


def run(job: Job, channel: Channel) -> dict[str, Any]:
    check("embedParams", job.params, "data", "params of embed")
    if job.output is None:
        raise JobError("internal", "embed: no output directory")
    texts = []
    for number, text in enumerate(read_rows(job.input("texts")), start=1):
        if not isinstance(text, str):
            raise JobError("data", f"text {number} is not a string")
        texts.append(text)
    loaded = load_model(job)
    vectors = embed(loaded, texts, job.params["batchTokens"], job.params["maxTokens"], channel)
    partial = job.output / f"{VECTORS}.partial"
    vectors.astype("<f4").tofile(partial)
    os.replace(partial, job.output / VECTORS)
    return {"vectors": VECTORS, "rows": len(texts), "dimension": vectors.shape[1]}


def embed(loaded: LoadedModel, texts: list[str], batch_tokens: int, max_tokens: int, channel: Channel) -> np.ndarray:
    """float32 [texts, dimension], every row of length 1. Only the first `max_tokens` tokens of a text count."""
    import torch

    limit = min(max_tokens, loaded.context)
    # An empty text has no token of its own: the end token stands for it.
    end = sorted(loaded.end_ids)[:1] or [0]
    rows = [encode_prefix(loaded.tokenizer, text)[:limit] or end for text in texts]
    backbone = loaded.model.base_model
    vectors = np.zeros((len(texts), loaded.model.config.get_text_config().hidden_size), dtype=np.float32)
    done = 0
    for batch in length_buckets([len(row) for row in rows], batch_tokens):
        channel.progress(done, len(texts), note="texts")
        with torch.inference_mode():
            ids, mask = pad_right(torch, [rows[index] for index in batch], loaded.device)
            hidden = backbone(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state.float()
            mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
            vectors[batch] = torch.nn.functional.normalize(mean, dim=-1).cpu().numpy()
        done += len(batch)
    channel.progress(done, len(texts), note="texts")
    return vectors
