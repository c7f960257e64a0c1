"""Chat templates: the one place where messages become token ids, for generation, scoring and training alike.

A training row is the inference prompt (rendered with add_generation_prompt) plus the assistant's turn in the template's own
format. Templates are not trusted with the last turn: many move, trim or drop reasoning there (Qwen3 strips it from history,
DeepSeek-R1 opens `<think>` in the prompt and drops it from turns). What they do with a complete turn is probed once with
markers; where the probe keeps the prompt as its beginning and the reasoning exactly once, its format is used as it is.

Not covered: tool calls, images, templates that need more than role, content and reasoning_content.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from .jobs import JobError
from .reasoning import CLOSE, OPEN, leaves_reasoning_open

Message = dict[str, Any]

_REASONING = "reasoningmarker"
_CONTENT = "contentmarker"
_DEFAULT_OPEN = f"{OPEN}\n"
_DEFAULT_CLOSE = f"\n{CLOSE}\n\n"


@dataclass(frozen=True)
class TurnFormat:
    """Text around the parts of an assistant's turn, after the generation prompt."""

    #: Turn with reasoning: before + reasoning + between + content.
    before_reasoning: str
    between: str
    #: Turn without: before_content + content.
    before_content: str
    #: Token that ends the turn.
    end_id: int


def render_prompt(tokenizer, messages: list[Message]) -> list[int]:
    """Token ids of a chat up to where the assistant begins. JobError `data` where the template refuses the messages."""
    return encode(tokenizer, prompt_text(tokenizer, messages))


def render_training(tokenizer, messages: list[Message]) -> tuple[list[int], int]:
    """(ids, completion_start) of a chat that ends with an assistant's turn.

    `ids[:completion_start]` equals `render_prompt(messages[:-1])`. The rest is reasoning, answer and end token: all of it
    carries loss, and nothing else does.
    """
    if not messages or messages[-1]["role"] != "assistant":
        raise JobError("data", "a training row must end with an assistant message")
    prompt = render_prompt(tokenizer, messages[:-1])
    completion = encode_continuation(tokenizer, completion_text(tokenizer, messages[-1]))
    return [*prompt, *completion, turn_format(tokenizer).end_id], len(prompt)


def prompt_text(tokenizer, messages: list[Message]) -> str:
    _require_template(tokenizer)
    return _render(tokenizer, messages, generation_prompt=True)


def completion_text(tokenizer, message: Message) -> str:
    """The assistant's turn as the model writes it, without the end token."""
    turn = turn_format(tokenizer)
    content, reasoning = _clean(message["content"]), _clean(message.get("reasoning") or "").strip()
    if reasoning:
        return f"{turn.before_reasoning}{reasoning}{turn.between}{content}"
    return f"{turn.before_content}{content}"


def encode(tokenizer, text: str) -> list[int]:
    """Ids of a rendered prompt: the template has already written the special tokens."""
    return tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]


def encode_continuation(tokenizer, text: str) -> list[int]:
    """Ids of text that follows other text. SentencePiece-like tokenizers would put a space before it: kept from doing so."""
    if not _adds_space(tokenizer):
        return encode(tokenizer, text)
    mark = encode(tokenizer, "\n")
    ids = encode(tokenizer, "\n" + text)
    if ids[: len(mark)] != mark:
        raise JobError("data", "this tokenizer merges a line break with the text after it: its continuations cannot be told apart")
    return ids[len(mark) :]


def encode_prefix(tokenizer, text: str) -> list[int]:
    """Ids of raw text for a base model, with the beginning token where the tokenizer has one."""
    return tokenizer(_clean(text), add_special_tokens=True, verbose=False)["input_ids"]


_formats: WeakKeyDictionary[Any, TurnFormat] = WeakKeyDictionary()
_spaces: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def turn_format(tokenizer) -> TurnFormat:
    known = _formats.get(tokenizer)
    if known is None:
        known = _formats[tokenizer] = _probe(tokenizer)
    return known


def _probe(tokenizer) -> TurnFormat:
    user = {"role": "user", "content": "question"}
    prompt = prompt_text(tokenizer, [user])
    with_reasoning = _turn(tokenizer, prompt, user, {"role": "assistant", "content": _CONTENT, "reasoning": _REASONING})
    without = _turn(tokenizer, prompt, user, {"role": "assistant", "content": _CONTENT})
    opened = leaves_reasoning_open(prompt)
    before_reasoning, between = "" if opened else _DEFAULT_OPEN, _DEFAULT_CLOSE
    if with_reasoning is not None and with_reasoning.count(_REASONING) == 1 and with_reasoning.count(_CONTENT) == 1:
        head, _, rest = with_reasoning.partition(_REASONING)
        middle, found, _ = rest.partition(_CONTENT)
        # A template that renders reasoning_content after or outside of its think tags is of no use to a model that must write it.
        if found and CLOSE in middle and (opened or OPEN in head):
            before_reasoning, between = head, middle
    # A prompt that opens the block must see it closed, or the answer would be reasoning.
    before_content = f"\n{CLOSE}\n\n" if opened else ""
    if without is not None and without.count(_CONTENT) == 1:
        head = without.partition(_CONTENT)[0]
        if not opened or CLOSE in head:
            before_content = head
    return TurnFormat(before_reasoning, between, before_content, _end_id(tokenizer, without or with_reasoning))


def _turn(tokenizer, prompt: str, user: Message, assistant: Message) -> str | None:
    """What the template puts after the prompt for a complete turn; None where the prompt is not its beginning."""
    try:
        whole = _render(tokenizer, [user, assistant], generation_prompt=False)
    except JobError:
        return None
    return whole[len(prompt) :] if whole.startswith(prompt) else None


def special_ids(tokenizer) -> frozenset[int]:
    """All special tokens: those with a name (`eos_token`), and those that are only flagged so (Phi's `<|end|>`)."""
    flagged = {token_id for token_id, token in tokenizer.added_tokens_decoder.items() if token.special}
    return frozenset(flagged | set(tokenizer.all_special_ids))


def _end_id(tokenizer, turn: str | None) -> int:
    """The special token with which the template ends a turn, else the tokenizer's end-of-sequence token."""
    if turn is not None:
        tail = encode(tokenizer, turn.rpartition(_CONTENT)[2].lstrip())
        if tail and tail[0] in special_ids(tokenizer):
            return tail[0]
    if tokenizer.eos_token_id is None:
        raise JobError("data", "the tokenizer has no end token", hint="set eos_token in tokenizer_config.json")
    return tokenizer.eos_token_id


def _render(tokenizer, messages: list[Message], generation_prompt: bool) -> str:
    turns = [_template_message(message) for message in messages]
    try:
        with _one_day():
            return tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=generation_prompt)
    except Exception as cause:  # jinja's raise_exception and whatever else a template does
        raise JobError("data", f"the chat template refuses these messages: {cause}") from cause


class _OneDay(datetime):
    """What templates that tell today's date are told: a prompt must be the same tomorrow, in training and in every comparison."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 1, tzinfo=tz)


@contextmanager
def _one_day():
    """transformers gives templates the date itself, and takes no other function for it."""
    from transformers.utils import chat_template_utils

    real, chat_template_utils.datetime = chat_template_utils.datetime, _OneDay
    try:
        yield
    finally:
        chat_template_utils.datetime = real


def _template_message(message: Message) -> Message:
    turn = {"role": message["role"], "content": _clean(message["content"])}
    if message.get("reasoning"):
        turn["reasoning_content"] = _clean(message["reasoning"])
    return turn


def _require_template(tokenizer) -> None:
    if not tokenizer.chat_template:
        raise JobError(
            "data",
            "this checkpoint has no chat template, so it cannot take messages",
            hint="use its instruction-tuned variant, give it a chat_template.jinja, or send a prefix instead of messages",
        )


def _adds_space(tokenizer) -> bool:
    known = _spaces.get(tokenizer)
    if known is None:
        first = tokenizer.convert_ids_to_tokens(encode(tokenizer, "x"))
        known = _spaces[tokenizer] = bool(first) and first[0].startswith("▁")
    return known


def _clean(text: str) -> str:
    """JSON may carry lone surrogates (half an emoji), which have no UTF-8 form and which tokenizers refuse."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
