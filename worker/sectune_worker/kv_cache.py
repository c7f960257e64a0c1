"""A key/value cache with room for the whole answer, so that a step copies one column instead of everything before it."""

from __future__ import annotations

from typing import Any

from transformers.cache_utils import Cache, CacheLayerMixin, DynamicCache


class RoomyLayer(CacheLayerMixin):
    """Keys and values of one full-attention layer in buffers of [rows, heads, capacity, head size]."""

    is_sliding = False
    is_croppable = False

    def __init__(self, capacity: int):
        super().__init__()
        self._capacity = capacity
        self._length = 0

    def lazy_initialization(self, key_states, value_states) -> None:
        rows, heads, _, size = key_states.shape
        self.dtype, self.device = key_states.dtype, key_states.device
        self.keys = key_states.new_empty(rows, heads, self._capacity, size)
        self.values = value_states.new_empty(rows, heads, self._capacity, value_states.shape[-1])
        self.is_initialized = True

    def update(self, key_states, value_states, *args: Any, **kwargs: Any):
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self._length + key_states.shape[-2]
        self.keys[:, :, self._length : end] = key_states
        self.values[:, :, self._length : end] = value_states
        self._length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def select(self, rows) -> None:
        """Keeps `rows` (int64 indices; a row may come more than once)."""
        for name in ("keys", "values"):
            old = getattr(self, name)
            new = old.new_empty(len(rows), *old.shape[1:])
            new[:, :, : self._length] = old[rows, :, : self._length]
            setattr(self, name, new)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self._length + query_length, 0

    def get_seq_length(self) -> int:
        return self._length

    def get_max_length(self) -> int:
        return self._capacity


class RowCache:
    """The cache of one batch: roomy layers where every layer attends to everything, else transformers' own for the model."""

    def __init__(self, model, capacity: int):
        config = model.config.get_text_config(decoder=True)
        #: Whether the attention mask may be given as a finished 4-D one: saves building it anew every step.
        self.full_attention = _is_full_attention(model, config)
        self.cache = (
            Cache(layers=[RoomyLayer(capacity) for _ in range(config.num_hidden_layers)])
            if self.full_attention
            else DynamicCache(config=config)
        )

    def select(self, rows) -> None:
        if self.full_attention:
            for layer in self.cache.layers:
                layer.select(rows)
        else:
            self.cache.reorder_cache(rows)


def _is_full_attention(model, config) -> bool:
    """Only what is known to be so: hybrid, recurrent, sliding-window and ALiBi models take the general way."""
    kinds = getattr(config, "layer_types", None)
    return (
        getattr(model, "_supports_sdpa", False)
        and config._attn_implementation == "sdpa"
        and (kinds is None or all(kind == "full_attention" for kind in kinds))
        and (kinds is not None or getattr(config, "sliding_window", None) is None)
        and config.model_type in {"llama", "qwen2", "qwen3", "mistral", "gpt_neox", "phi", "phi3", "starcoder2", "stablelm", "olmo", "olmo2", "granite"}
    )
