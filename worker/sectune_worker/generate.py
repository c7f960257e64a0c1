"""Op `generate`: samples of chats or raw prefixes, in batches cut from the whole ordered input.

Requests are sorted by prompt length and cut into batches of equal size, so equal inputs make equal batches, and with them
equal bits. Replies come out in input order.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from .channel import Channel
from .decode import Row, decode
from .jobs import Job, JobError
from .loading import LoadedModel, load_model
from .ndjson import read_rows, write_rows
from .protocol import check
from .reasoning import CLOSE, leaves_reasoning_open, split_reasoning
from .sampler import SamplingSettings, uniform_stream
from .stop_strings import cut_at, decode_text
from .template import encode_continuation, encode_prefix, encode, prompt_text

REPLIES = "replies.ndjson"


def run(job: Job, channel: Channel) -> dict[str, Any]:
    check("generateParams", job.params, "data", "params of generate")
    if job.output is None:
        raise JobError("internal", "generate: no output directory")
    requests = []
    for number, request in enumerate(read_rows(job.input("requests")), start=1):
        check("generateRequest", request, "data", f"request {number}")
        requests.append(request)
    loaded = load_model(job)
    started = time.monotonic()
    replies = generate(loaded, requests, job.params["batchSize"], job.params.get("maxPromptTokens"), channel)
    seconds = time.monotonic() - started
    write_rows(job.output / REPLIES, replies)
    samples = [sample for reply in replies for sample in reply.get("samples", ())]
    tokens = sum(sample["usage"]["output"] for sample in samples)
    return {
        "replies": REPLIES,
        "samples": len(samples),
        "outputTokens": tokens,
        "tokensPerSecond": tokens / seconds if seconds > 0 else 0.0,
        "peakMemoryBytes": peak_memory_bytes(),
    }


@dataclass(frozen=True)
class Prepared:
    """A request as tokens. `opened`: the answer begins inside a think block."""

    prompt: tuple[int, ...]
    opened: bool


def generate(
    loaded: LoadedModel,
    requests: list[dict[str, Any]],
    batch_size: int,
    max_prompt_tokens: int | None,
    channel: Channel,
) -> list[dict[str, Any]]:
    """One SliceReply per request, in order."""
    prepared = [prepare(loaded, request, max_prompt_tokens) for request in requests]
    rows: list[list[Row]] = [
        [] if isinstance(item, dict) else rows_of(loaded, request, item) for request, item in zip(requests, prepared)
    ]
    # Rows of one request stay together: they share the computation of their prompt.
    queue = sorted((row for group in rows for row in group), key=lambda row: len(row.prompt))
    report = _Reporter(channel, len(queue))
    for start in range(0, len(queue), batch_size):
        batch = queue[start : start + batch_size]
        decode(loaded, batch, report.step)
        report.batch(len(batch))
    return [
        item if isinstance(item, dict) else {"samples": [sample_of(loaded, row, item) for row in group]}
        for group, item in zip(rows, prepared)
    ]


def prepare(loaded: LoadedModel, request: dict[str, Any], max_prompt_tokens: int | None) -> Prepared | dict[str, Any]:
    """The request's tokens, or the failure that stands in its reply's place when the prompt is too long."""
    prefix, prefill = request.get("prefix"), request.get("prefill") or ""
    if prefix is not None:
        text, ids = prefix, encode_prefix(loaded.tokenizer, prefix)
    else:
        text = prompt_text(loaded.tokenizer, request["messages"])
        ids = encode(loaded.tokenizer, text)
    if prefill:
        ids = [*ids, *encode_continuation(loaded.tokenizer, prefill)]
    # An empty prefix without a beginning token leaves nothing to predict from.
    if not ids:
        return _failure("the prompt is empty", None)
    limit = min(max_prompt_tokens or loaded.context, loaded.context - 1)
    if len(ids) > limit:
        return _failure(
            f"the prompt has {len(ids)} tokens, and {limit} is the limit",
            f"the model's context is {loaded.context} tokens; shorten the prompt or use a model with a longer context",
        )
    return Prepared(tuple(ids), leaves_reasoning_open(text + prefill))


def rows_of(loaded: LoadedModel, request: dict[str, Any], prepared: Prepared) -> list[Row]:
    settings = SamplingSettings.of(request["sampling"])
    count = min(settings.max_tokens, loaded.context - len(prepared.prompt))
    content = [request.get("messages"), request.get("prefix"), request.get("prefill")]
    return [
        Row(
            prompt=prepared.prompt,
            settings=settings,
            uniforms=uniform_stream(settings.seed, content, request["sampleIndex"] + offset, count),
            wants_logprobs=bool(request.get("logprobs")),
        )
        for offset in range(request["n"])
    ]


def sample_of(loaded: LoadedModel, row: Row, prepared: Prepared) -> dict[str, Any]:
    """A row that has been drawn, as a Sample (src/core/model.ts)."""
    tokenizer = loaded.tokenizer
    text, reasoning = split_reasoning(answer_text(loaded, row), prepared.opened)
    usage: dict[str, Any] = {"input": len(row.prompt), "output": len(row.output)}
    sample: dict[str, Any] = {"text": text, "finish": row.finish or "length", "usage": usage}
    if reasoning is not None:
        sample["reasoning"] = reasoning
        usage["reasoning"] = _reasoning_tokens(tokenizer, row.output)
    if row.wants_logprobs:
        tokens = tokenizer.convert_ids_to_tokens(row.output)
        sample["logprobs"] = [{"token": token, "logprob": value} for token, value in zip(tokens, row.logprobs)]
    return sample


def answer_text(loaded: LoadedModel, row: Row) -> str:
    """Everything a row drew, reasoning included, up to the stop string that ended it."""
    text = decode_text(loaded.tokenizer, row.output)
    cut = cut_at(text, row.settings.stop)
    return text if cut is None else cut


def _reasoning_tokens(tokenizer, output: list[int]) -> int:
    """Tokens up to and with the closing tag, found by bisection over the decoded beginnings; all of them where it never came."""
    if CLOSE not in decode_text(tokenizer, output):
        return len(output)
    low, high = 1, len(output)
    while low < high:
        middle = (low + high) // 2
        if CLOSE in decode_text(tokenizer, output[:middle]):
            high = middle
        else:
            low = middle + 1
    return low


def _failure(message: str, hint: str | None) -> dict[str, Any]:
    return {"failure": {"code": "provider-rejected", "message": message, **({"hint": hint} if hint else {})}}


def peak_memory_bytes() -> int:
    """The device's peak on CUDA, else the process's largest resident set."""
    import resource
    import sys

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class _Reporter:
    """Progress at most once a second; also where a cancelled job ends."""

    def __init__(self, channel: Channel, total: int):
        self._channel, self._total, self._before, self._last = channel, total, 0, time.monotonic()

    def step(self, finished: int) -> None:
        self._channel.raise_if_cancelled()
        if time.monotonic() - self._last >= 1:
            self._tell(self._before + finished)

    def batch(self, size: int) -> None:
        self._before += size
        self._tell(self._before)

    def _tell(self, done: int) -> None:
        self._last = time.monotonic()
        self._channel.progress(done, self._total, note="samples")
