"""Bodies of the OpenAI protocol ↔ requests and rows of `generate`. What cannot be honoured is refused, never ignored."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from .decode import Row
from .generate import Prepared, answer_text, prepare, rows_of, sample_of
from .loading import LoadedModel


class Refused(Exception):
    """A request that is answered with an error: HTTP status, message, and the protocol's code."""

    def __init__(self, status: int, message: str, code: str | None = None):
        super().__init__(message)
        self.status, self.message, self.code = status, message, code

    def body(self) -> dict[str, Any]:
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": self.message, "type": kind, "param": None, "code": self.code}}


#: Parameters that would change the answer and are not implemented, with the values that change nothing.
UNSUPPORTED: dict[str, tuple[Any, ...]] = {
    "stream": (None, False),
    "tools": (None, []),
    "functions": (None, []),
    "response_format": (None, {"type": "text"}),
    "logit_bias": (None, {}),
    "frequency_penalty": (None, 0),
    "presence_penalty": (None, 0),
    "repetition_penalty": (None, 1),
    "min_p": (None, 0),
    "echo": (None, False),
    "best_of": (None, 1),
    "suffix": (None, ""),
    "top_logprobs": (None, 0),
    "ignore_eos": (None, False),
}


@dataclass
class Work:
    """One HTTP request as rows to draw: as many as it has samples."""

    chat: bool
    request: dict[str, Any]
    prepared: Prepared
    rows: list[Row]


def read_work(loaded: LoadedModel, body: Any, chat: bool, name: str, max_prompt_tokens: int | None) -> Work:
    """Throws Refused (400, 404). Without a seed the answer is a new one each time, as the protocol has it."""
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    if body.get("model") != name:
        raise Refused(404, f"the model {body.get('model')!r} does not exist; this server has {name!r}", "model_not_found")
    for parameter, harmless in UNSUPPORTED.items():
        if body.get(parameter) not in harmless:
            raise Refused(400, f"{parameter}={body[parameter]!r} is not supported here")
    request: dict[str, Any] = {"n": _number(body, "n", 1, 1, 1024, int), "sampleIndex": 0, "logprobs": bool(body.get("logprobs"))}
    request.update(_conversation(body) if chat else {"prefix": _prompt(body)})
    request["sampling"] = _sampling(body, 16 if not chat else loaded.context)
    prepared = prepare(loaded, request, max_prompt_tokens)
    if isinstance(prepared, dict):
        raise Refused(400, prepared["failure"]["message"], "context_length_exceeded")
    return Work(chat, request, prepared, rows_of(loaded, request, prepared))


def reply_body(loaded: LoadedModel, work: Work, name: str) -> dict[str, Any]:
    choices = [_choice(loaded, work, index, row) for index, row in enumerate(work.rows)]
    output = sum(len(row.output) for row in work.rows)
    prompt = len(work.prepared.prompt)
    return {
        "id": f"{'chatcmpl' if work.chat else 'cmpl'}-{secrets.token_hex(12)}",
        "object": "chat.completion" if work.chat else "text_completion",
        "created": int(time.time()),
        "model": name,
        "choices": choices,
        "usage": {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output},
    }


def _choice(loaded: LoadedModel, work: Work, index: int, row: Row) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": index, "finish_reason": row.finish, "logprobs": None}
    sample = sample_of(loaded, row, work.prepared)
    entries = sample.get("logprobs", [])
    if work.chat:
        choice["message"] = {"role": "assistant", "content": sample["text"]}
        if "reasoning" in sample:
            choice["message"]["reasoning_content"] = sample["reasoning"]
        if row.wants_logprobs:
            choice["logprobs"] = {"content": [{**entry, "bytes": None, "top_logprobs": []} for entry in entries]}
    else:
        choice["text"] = answer_text(loaded, row)
        if row.wants_logprobs:
            choice["logprobs"] = {
                "tokens": [entry["token"] for entry in entries],
                "token_logprobs": [entry["logprob"] for entry in entries],
                "top_logprobs": None,
                "text_offset": [],
            }
    return choice


def _conversation(body: dict[str, Any]) -> dict[str, Any]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages must be a list with at least one message")
    turns = [_message(message) for message in messages]
    if body.get("continue_final_message") is True:
        if turns[-1]["role"] != "assistant" or len(turns) < 2:
            raise Refused(400, "continue_final_message needs a last message of the assistant after another one")
        return {"messages": turns[:-1], "prefill": turns[-1]["content"]}
    if body.get("add_generation_prompt") is False:
        raise Refused(400, "add_generation_prompt=false is supported with continue_final_message=true alone")
    return {"messages": turns}


def _message(message: Any) -> dict[str, Any]:
    role = message.get("role") if isinstance(message, dict) else None
    if role == "developer":
        role = "system"
    if role not in ("system", "user", "assistant"):
        raise Refused(400, f"a message's role must be system, user or assistant, not {role!r}")
    content = message.get("content")
    if isinstance(content, list):
        if any(not isinstance(part, dict) or part.get("type") != "text" for part in content):
            raise Refused(400, "only text parts are supported in a message's content")
        content = "".join(part["text"] for part in content)
    if not isinstance(content, str):
        raise Refused(400, "a message's content must be text")
    turn = {"role": role, "content": content}
    if isinstance(message.get("reasoning_content"), str):
        turn["reasoning"] = message["reasoning_content"]
    return turn


def _prompt(body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Refused(400, "prompt must be one text")
    return prompt


def _sampling(body: dict[str, Any], default_tokens: int) -> dict[str, Any]:
    stop = body.get("stop")
    stop = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(stop, list) or any(not isinstance(text, str) for text in stop):
        raise Refused(400, "stop must be text or a list of texts")
    limit = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    sampling = {
        "temperature": _number(body, "temperature", 1.0, 0, 100, float),
        "topP": _number(body, "top_p", 1.0, 1e-9, 1, float),
        "maxTokens": _number(body, limit, default_tokens, 1, 1 << 30, int),
        "stop": stop,
        "seed": _number(body, "seed", secrets.randbits(48), -(1 << 63), 1 << 63, int),
    }
    top_k = body.get("top_k")
    if top_k is not None and top_k != -1:
        sampling["topK"] = _number(body, "top_k", 1, 1, 1 << 30, int)
    return sampling


def _number(body: dict[str, Any], name: str, default, low, high, kind):
    value = body.get(name)
    if value is None:
        return default
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not fits or (kind is int and int(value) != value):
        raise Refused(400, f"{name} must be {'a whole number' if kind is int else 'a number'} from {low} to {high}")
    return kind(value)
