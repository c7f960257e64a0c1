"""One objective a file: `loss_sum(model, batch) -> tensor`, the weighted sum that the loop divides by the step's weight."""

from . import sft

__all__ = ["sft"]
