"""Takes an inline `<think>…</think>` block out of a raw answer. The same rules as src/algorithms/reasoning.ts, for the server."""

from __future__ import annotations

OPEN = "<think>"
CLOSE = "</think>"


def split_reasoning(raw: str, opened: bool = False) -> tuple[str, str | None]:
    """(text, reasoning). `opened`: the prompt ended inside a block. Never closed: the whole rest is reasoning that was cut."""
    end = raw.find(CLOSE)
    if end < 0 and not opened and OPEN not in raw:
        return raw, None
    start = len(raw) - len(raw.lstrip())
    begins = raw.startswith(OPEN, start)
    begin = start + len(OPEN) if begins else 0
    if end < 0:
        return _with_reasoning("", raw[begin:]) if begins or opened else (raw, None)
    if not begins and not opened and raw.rfind(OPEN, 0, end) >= 0:
        return raw, None
    return _with_reasoning(raw[end + len(CLOSE) :].lstrip("\r\n"), raw[begin:end])


def leaves_reasoning_open(text: str) -> bool:
    """Whether a prompt, or an answer already begun, leaves a block open."""
    return text.rfind(OPEN) > text.rfind(CLOSE)


def _with_reasoning(text: str, reasoning: str) -> tuple[str, str | None]:
    # Models in non-thinking mode emit an empty block: that is no reasoning.
    return text, reasoning.strip() or None
