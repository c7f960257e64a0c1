"""Op `score`: log p(completion | messages), the completion rendered exactly as in training, end token included."""

from __future__ import annotations

from typing import Any

from .buckets import length_buckets, pad_right
from .channel import Channel
from .generate import REPLIES
from .jobs import Job, JobError
from .loading import LoadedModel, load_model
from .ndjson import read_rows, write_rows
from .protocol import check
from .template import render_training

#: Logits held at once (float32 numbers, 1 GiB): large vocabularies get smaller batches.
MAX_LOGITS = 1 << 28


def run(job: Job, channel: Channel) -> dict[str, Any]:
    check("scoreParams", job.params, "data", "params of score")
    if job.output is None:
        raise JobError("internal", "score: no output directory")
    requests = []
    for number, request in enumerate(read_rows(job.input("requests")), start=1):
        check("scoreRequest", request, "data", f"request {number}")
        requests.append(request)
    loaded = load_model(job)
    rows = [render_request(loaded, request, number) for number, request in enumerate(requests, start=1)]
    scores = score_rows(loaded, rows, job.params["batchTokens"], channel)
    replies = [_reply(values, job.params["perToken"]) for values in scores]
    write_rows(job.output / REPLIES, replies)
    return {"replies": REPLIES, "tokens": sum(reply["tokens"] for reply in replies)}


def render_request(loaded: LoadedModel, request: dict[str, Any], number: int) -> tuple[list[int], int]:
    """(ids, completion_start). JobError `data` with the row's number where it does not fit the model."""
    ids, start = render_training(loaded.tokenizer, [*request["messages"], request["completion"]])
    if len(ids) > loaded.context:
        raise JobError(
            "data",
            f"request {number} has {len(ids)} tokens, and the model's context is {loaded.context}",
            hint="leave such rows out or score them with a model of longer context; they are never cut",
        )
    return ids, start


def score_rows(
    loaded: LoadedModel, rows: list[tuple[list[int], int]], batch_tokens: int, channel: Channel
) -> list[list[float]]:
    """Log-probability (nat) of each completion token, per row and in input order."""
    import torch

    limit = min(batch_tokens, max(1, MAX_LOGITS // len(loaded.tokenizer)))
    scores: list[list[float]] = [[] for _ in rows]
    done = 0
    for batch in length_buckets([len(ids) for ids, _ in rows], limit):
        channel.progress(done, len(rows), note="rows")
        with torch.inference_mode():
            for index, values in zip(batch, _score_batch(torch, loaded, [rows[index] for index in batch])):
                scores[index] = values
        done += len(batch)
    channel.progress(done, len(rows), note="rows")
    return scores


def _score_batch(torch, loaded: LoadedModel, rows: list[tuple[list[int], int]]) -> list[list[float]]:
    ids, mask = pad_right(torch, [row for row, _ in rows], loaded.device)
    # Token t is predicted by the logits at t - 1: nothing before the first completion token's predecessor is needed.
    first = min(start for _, start in rows) - 1
    keep = ids.shape[1] - first
    logits = loaded.model(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=keep).logits[:, -keep:]
    values = []
    for index, (row, start) in enumerate(rows):
        predicted = logits[index, start - 1 - first : len(row) - 1 - first].float().log_softmax(-1)
        targets = ids[index, start : len(row)]
        values.append(predicted.gather(-1, targets[:, None])[:, 0].tolist())
    return values


def _reply(values: list[float], per_token: bool) -> dict[str, Any]:
    reply: dict[str, Any] = {"logprob": sum(values), "tokens": len(values)}
    if per_token:
        reply["perToken"] = values
    return reply
