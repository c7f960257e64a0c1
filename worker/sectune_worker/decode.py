"""The decoding loop for one batch: left-padded prompts, one forward pass a step, finished rows dropped as they accumulate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable

import numpy as np

from .kv_cache import RowCache
from .loading import LoadedModel
from .sampler import Sampler, SamplingSettings
from .stop_strings import StopStrings

#: Finished rows stay until the living ones are fewer than this part of the batch: dropping rows copies the cache.
COMPACT_BELOW = 0.85


@dataclass
class Row:
    """One sample to draw; the last three fields are what the loop makes."""

    prompt: tuple[int, ...]
    settings: SamplingSettings
    #: One number in [0, 1) for each token that may be drawn.
    uniforms: np.ndarray
    wants_logprobs: bool = False
    #: Drawn tokens, the end token included.
    output: list[int] = field(default_factory=list)
    #: Natural logarithm of each drawn token's probability under the model itself (temperature 1, no cut).
    logprobs: list[float] = field(default_factory=list)
    finish: str | None = None


def decode(loaded: LoadedModel, rows: list[Row], on_step: Callable[[int], None]) -> None:
    """Draws every row to its end. `on_step` gets the number of finished rows after each step; it may raise."""
    import torch

    with torch.inference_mode():
        _decode(torch, loaded, rows, on_step)


def _decode(torch, loaded: LoadedModel, rows: list[Row], on_step: Callable[[int], None]) -> None:
    device = loaded.device
    longest = max(len(row.prompt) for row in rows)
    steps = max(len(row.uniforms) for row in rows)
    cache = RowCache(loaded.model, longest + steps)
    pad = torch.tensor([longest - len(row.prompt) for row in rows], device=device)
    # Which columns of the cache a row may look at; those after the present one are cut off by slicing.
    visible = torch.arange(longest + steps, device=device)[None] >= pad[:, None]
    uniforms = torch.from_numpy(_stack([row.uniforms for row in rows], steps)).to(device)
    logits = _prefill(torch, loaded, rows, cache, longest)
    sampler = Sampler(torch, [row.settings for row in rows], device)
    stops = StopStrings(loaded.tokenizer)
    alive = list(rows)
    for step in range(steps):
        tokens = sampler.draw(logits, uniforms[:, step])
        scores = _token_logprobs(logits, tokens) if any(row.wants_logprobs for row in alive) else None
        for index, token in enumerate(tokens.tolist()):
            if alive[index].finish is None:
                _take(alive[index], token, scores and scores[index], loaded, stops)
        going = [index for index, row in enumerate(alive) if row.finish is None]
        on_step(len(rows) - len(going))
        if not going:
            return
        if len(going) < COMPACT_BELOW * len(alive):
            keep = torch.tensor(going, device=device)
            cache.select(keep)
            sampler.select(keep)
            tokens, pad, visible, uniforms = tokens[keep], pad[keep], visible[keep], uniforms[keep]
            alive = [alive[index] for index in going]
        column = longest + step
        logits = _step(loaded, cache, tokens[:, None], (column - pad)[:, None], visible[:, : column + 1])


def _take(row: Row, token: int, logprob: float | None, loaded: LoadedModel, stops: StopStrings) -> None:
    row.output.append(token)
    if row.wants_logprobs and logprob is not None:
        row.logprobs.append(logprob)
    if token in loaded.end_ids or (row.settings.stop and stops.found(row.output, row.settings.stop)):
        row.finish = "stop"
    elif len(row.output) >= len(row.uniforms):
        row.finish = "length"


def _prefill(torch, loaded: LoadedModel, rows: list[Row], cache: RowCache, longest: int):
    """Logits of the first token. A prompt that several samples share is computed once."""
    prompts = list(dict.fromkeys(row.prompt for row in rows))
    place = {prompt: index for index, prompt in enumerate(prompts)}
    ids = torch.zeros(len(prompts), longest, dtype=torch.int64)
    mask = torch.zeros(len(prompts), longest, dtype=torch.int64)
    for index, prompt in enumerate(prompts):
        ids[index, longest - len(prompt) :] = torch.tensor(prompt)
        mask[index, longest - len(prompt) :] = 1
    output = loaded.model(
        input_ids=ids.to(loaded.device),
        attention_mask=mask.to(loaded.device),
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0).to(loaded.device),
        past_key_values=cache.cache,
        use_cache=True,
        logits_to_keep=1,
    )
    logits = output.logits[:, -1].float()
    if len(prompts) == len(rows):
        return logits
    keep = torch.tensor([place[row.prompt] for row in rows], device=loaded.device)
    cache.select(keep)
    return logits[keep]


def _step(loaded: LoadedModel, cache: RowCache, tokens, positions, visible):
    output = loaded.model(
        input_ids=tokens,
        attention_mask=visible[:, None, None, :] if cache.full_attention else visible.long(),
        position_ids=positions,
        past_key_values=cache.cache,
        use_cache=True,
    )
    return output.logits[:, -1].float()


def _token_logprobs(logits, tokens) -> list[float]:
    return logits.log_softmax(-1).gather(-1, tokens[:, None])[:, 0].tolist()


def _stack(streams: list[np.ndarray], width: int) -> np.ndarray:
    stacked = np.zeros((len(streams), width))
    for index, stream in enumerate(streams):
        stacked[index, : len(stream)] = stream
    return stacked
