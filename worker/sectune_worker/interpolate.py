"""Weight interpolation after training: start + share · (trained − start). WiSE-FT, Wortsman et al. 2022, section 2 (their α)."""

from __future__ import annotations

from typing import Any


def interpolate_full(trained: dict[str, Any], start: dict[str, Any], share: float) -> None:
    """Changes the tensors of `trained` in place; both are state dicts of one model. Computed in fp32."""
    import torch

    done: set[int] = set()
    with torch.no_grad():
        for name, value in trained.items():
            # Tied weights stand under two names and are one tensor.
            if not value.is_floating_point() or value.data_ptr() in done:
                continue
            done.add(value.data_ptr())
            from_start = start[name].to(value.device, torch.float32)
            value.copy_(torch.lerp(from_start, value.float(), share))


def interpolate_adapter(trained: dict[str, Any], share: float) -> None:
    """A LoRA change is scale · B · A with B = 0 at the start, so scaling B scales the change of every weight."""
    import torch

    with torch.no_grad():
        for name, value in trained.items():
            if "lora_B" in name or "lora_embedding_B" in name:
                value.mul_(share)
