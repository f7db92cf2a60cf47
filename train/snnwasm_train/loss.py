"""Equations (19)-(21): the final head's loss plus the weighted losses of the internal heads."""

import torch
import torch.nn.functional as F

from .network import BLOCKS, FINAL
from .recipes import Recipe


def tau(epoch: int, epochs: int, end: float, start: float = 0.01) -> float:
    """Eq. (20), the weight in epoch e: 0.01 + e / E (C - 0.01), with E = 120 and start 0.01 in the paper."""
    return start + epoch / epochs * (end - start)


def head_weights(recipe: Recipe, shares: dict[str, float], blocks: dict[str, int], epoch: int) -> dict[str, float]:
    """The factor of every head's loss in one epoch; 1 for `final` (eq. (19)).

    The paper trains one internal head. With several, "mean" gives each its own tau and averages
    them, which is eq. (19) for one head; "depth" gives the head after block k the share 0.3 k / 8.
    """
    internal = [name for name in blocks if name != FINAL]
    weights = {FINAL: 1.0}
    for name in internal:
        end = shares[name] if recipe.tau_end is None else recipe.tau_end
        share = 0.3 * blocks[name] / BLOCKS if recipe.head_share == "depth" else 1 / len(internal)
        weights[name] = share * tau(epoch, recipe.epochs, end, recipe.tau_start)
    return weights


def total_loss(
    logits: dict[str, torch.Tensor],
    targets: torch.Tensor,
    weights: dict[str, float],
    label_smoothing: float,
) -> torch.Tensor:
    """Eq. (19): loss_final + sum over internal heads of their weight times their cross-entropy."""
    losses = [
        weights[name] * F.cross_entropy(values.float(), targets, label_smoothing=label_smoothing)
        for name, values in logits.items()
    ]
    return torch.stack(losses).sum()
