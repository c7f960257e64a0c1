"""Finds stop strings in what has been drawn, and turns drawn tokens into text."""

from __future__ import annotations

from .reasoning import CLOSE, OPEN
from .template import special_ids


class StopStrings:
    """Decodes only the tail of an answer: every token is at least a byte, so a stop string lies in so many last tokens."""

    def __init__(self, tokenizer):
        self._tokenizer = tokenizer

    def found(self, output: list[int], stops: tuple[str, ...]) -> bool:
        reach = max(len(stop.encode()) for stop in stops) + 8
        tail = decode_text(self._tokenizer, output[-reach:])
        # A tail may begin in the middle of a character or lose a leading space: the whole answer decides.
        return any(stop in tail for stop in stops) and cut_at(decode_text(self._tokenizer, output), stops) is not None


def cut_at(text: str, stops: tuple[str, ...]) -> str | None:
    """The text before the first stop string; None where there is none."""
    positions = [position for stop in stops if (position := text.find(stop)) >= 0]
    return text[: min(positions)] if positions else None


def decode_text(tokenizer, ids: list[int]) -> str:
    """Text of drawn tokens without special tokens. Think tags stay, also where a tokenizer calls them special."""
    hidden = _hidden_ids(tokenizer)
    return tokenizer.decode([token for token in ids if token not in hidden], skip_special_tokens=False, clean_up_tokenization_spaces=False)


def _hidden_ids(tokenizer) -> frozenset[int]:
    known = getattr(tokenizer, "_sectune_hidden_ids", None)
    if known is None:
        shown = {tokenizer.convert_tokens_to_ids(tag) for tag in (OPEN, CLOSE)}
        known = special_ids(tokenizer) - shown
        tokenizer._sectune_hidden_ids = known
    return known
