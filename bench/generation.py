"""Tokens per second of the worker's `generate` beside transformers' own, on the embedded model's shape.

    PYTHONPATH=worker:worker/tests .venv/worker/bin/python bench/generation.py [--rounds 3]

Both draw the same number of tokens for each of 256 requests (prompts of about 60 tokens, answers of 60–150), in batches of 64,
at temperature 0.8 and top-p 0.95. Prints one JSON line; the best round counts, because other work on the machine only slows.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from sectune_worker.channel import Channel
from sectune_worker.generate import generate
from sectune_worker.loading import open_checkpoint
from tiny_model import CORPUS, make_checkpoint

BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        loaded = open_checkpoint(make_checkpoint(Path(folder), vocabulary=1536, hidden=256, layers=4, context=1024))
    # Lengths are set here, not by the random model.
    loaded.end_ids = frozenset()
    requests = make_requests(random.Random(0))
    tokens = sum(request["sampling"]["maxTokens"] for request in requests)
    rates: dict[str, list[float]] = {"sectune": [], "transformers": []}
    for _ in range(rounds):
        rates["sectune"].append(tokens / seconds_of(lambda: ours(loaded, requests)))
        rates["transformers"].append(tokens / seconds_of(lambda: theirs(loaded, requests)))
    best = {name: round(max(values)) for name, values in rates.items()}
    print(json.dumps({"tokens": tokens, "parameters": loaded.model.num_parameters(), "tokensPerSecond": best, "rounds": rates}))


def make_requests(generator: random.Random) -> list[dict]:
    words = " ".join(CORPUS[:4]).split()
    return [
        {
            "messages": [{"role": "user", "content": " ".join(generator.choices(words, k=generator.randint(16, 24)))}],
            "sampling": {"temperature": 0.8, "topP": 0.95, "maxTokens": generator.randint(60, 150), "seed": 0},
            "n": 1,
            "sampleIndex": 0,
        }
        for _ in range(256)
    ]


def ours(loaded, requests) -> None:
    replies = generate(loaded, requests, BATCH, None, Channel("bench", Path("."), lambda message: None))
    assert all(reply["samples"][0]["usage"]["output"] == request["sampling"]["maxTokens"] for reply, request in zip(replies, requests))


def theirs(loaded, requests) -> None:
    import torch
    from transformers import StoppingCriteria

    class OwnLength(StoppingCriteria):
        def __init__(self, lengths, width):
            self.ends = torch.tensor(lengths) + width

        def __call__(self, input_ids, scores, **kwargs):
            return self.ends <= input_ids.shape[1]

    tokenizer = loaded.tokenizer
    rendered = [tokenizer.apply_chat_template(r["messages"], tokenize=False, add_generation_prompt=True) for r in requests]
    order = sorted(range(len(requests)), key=lambda index: len(rendered[index]))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        inputs = tokenizer([rendered[index] for index in batch], return_tensors="pt", padding=True, return_token_type_ids=False)
        lengths = [requests[index]["sampling"]["maxTokens"] for index in batch]
        output = loaded.model.generate(
            **inputs,
            do_sample=True,
            temperature=0.8,
            top_p=0.95,
            top_k=0,
            max_new_tokens=150,
            eos_token_id=None,
            pad_token_id=0,
            stopping_criteria=[OwnLength(lengths, inputs["input_ids"].shape[1])],
        )
        tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :])


def seconds_of(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
