"""Reads the corpus: NDJSON of `{"messages": [{role, content, reasoning?}, …]}` or `{"text": …}`; a header line is skipped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from sectune_worker.examples import Examples, ExamplesBuilder

from .tokenizer import END, THINK

#: Loss weight of what the model will be given rather than asked for.
PROMPT_WEIGHT = 0.1

#: Documents tokenised at once.
BLOCK = 2000


def read_documents(path: Path) -> Iterator[dict[str, Any]]:
    """Documents in file order. ValueError with the line number for one that is neither form."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                document = json.loads(line)
            except json.JSONDecodeError as cause:
                raise ValueError(f"{path}:{number}: not JSON: {cause}") from cause
            if number == 1 and "schema" in document:
                continue
            if not isinstance(document.get("messages", document.get("text")), list | str):
                raise ValueError(f"{path}:{number}: expected `messages` or `text`")
            yield document


def plain_texts(document: dict[str, Any]) -> Iterator[str]:
    """What the tokenizer learns from: the texts without role marks."""
    if "text" in document:
        yield document["text"]
    for message in document.get("messages", []):
        yield message["content"]
        if message.get("reasoning"):
            yield message["reasoning"]


def encode_corpus(path: Path, tokenizer: PreTrainedTokenizerFast, max_length: int) -> tuple[Examples, int]:
    """All documents as examples, and how many were left out as longer than `max_length`."""
    builder = ExamplesBuilder()
    excluded = 0
    for block in _blocks(read_documents(path)):
        pieces = [list(_pieces(document)) for document in block]
        texts = [text for parts in pieces for text, _ in parts]
        encoded = iter(tokenizer.backend_tokenizer.encode_batch_fast(texts, add_special_tokens=False))
        for parts in pieces:
            ids: list[int] = []
            weights: list[float] = []
            for _, weight in parts:
                part = next(encoded).ids
                ids += part
                weights += [weight] * len(part)
            if len(ids) > max_length:
                excluded += 1
            else:
                builder.add(ids, weights)
    return builder.build(), excluded


def _pieces(document: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """(text, loss weight) in order: the chat template's text, cut where the weight changes (checked by a test)."""
    if "text" in document:
        yield document["text"] + END, 1.0
        return
    for message in document["messages"]:
        if message["role"] != "assistant":
            yield f"<|{message['role']}|>{message['content']}{END}", PROMPT_WEIGHT
            continue
        reasoning = message.get("reasoning")
        thought = f"{THINK[0]}{reasoning}{THINK[1]}" if reasoning else ""
        yield "<|assistant|>", PROMPT_WEIGHT
        yield f"{thought}{message['content']}{END}", 1.0


def _blocks(documents: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    block: list[dict[str, Any]] = []
    for document in documents:
        block.append(document)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block
