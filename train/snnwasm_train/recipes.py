"""Training recipes: every number that decides what a run becomes, as data."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, pi


@dataclass(frozen=True)
class Recipe:
    """One way to train. Optimiser: SGD with Nesterov momentum; decay on matrices only."""

    name: str
    epochs: int
    peak_rate: float
    warmup: float  # share of all steps in which the rate climbs linearly to its peak
    batch_size: int = 128
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.0
    rotation: float = 0.0  # degrees
    cutmix: float = 0.0  # probability per batch
    plain_epochs: int = 0  # last epochs, without cutmix
    ema_decay: float = 0.0  # 0: the last weights are the result
    tau_start: float = 0.01  # tau(0) of eq. (20)
    tau_end: float | None = None  # tau at the end; None: C of eq. (21), counted
    head_share: str = "mean"  # how heads divide tau: "mean" or "depth" (0.3 k / 8 after block k)
    activation: str = "relu"
    levels: int = 0  # quantisation steps L of QCFS
    vector_rate: float = 1.0  # learning rate of vectors (thresholds among them), as a multiple
    energy: float = 0.0  # nats that one operation a synapse may cost
    # The energy's course: multiples of it at shares of the run, straight lines between them.
    energy_course: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    # At each share of the run, the share of the operations that pruning keeps.
    pruning: tuple[tuple[float, float], ...] = ()
    teacher_weight: float = 0.0  # of distillation in the final head's loss
    teacher_temperature: float = 1.0

    def rate(self, step: int, total: int) -> float:
        """Learning rate at a step: linear warm-up, then half a cosine to zero (one cycle)."""
        rising = self.warmup * total
        if step < rising:
            return self.peak_rate * (step + 1) / (rising + 1)
        return self.peak_rate * 0.5 * (1 + cos(pi * (step - rising) / max(1.0, total - rising)))

    def energy_at(self, step: int, total: int) -> float:
        """The weight of the operations in the loss at a step."""
        return self.energy * _on_lines(self.energy_course, step / total)

    def prunings(self, total: int) -> dict[int, float]:
        """The share of the operations to keep, by the step after which to prune."""
        return {int(share * total): keep for share, keep in self.pruning}


def _on_lines(points: tuple[tuple[float, float], ...], x: float) -> float:
    """The height at x of the straight lines through (x, height) points; level before and after them."""
    if x <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if x < right:
            return low + (high - low) * (x - left) / (right - left)
    return points[-1][1]


# The paper's setting (Akagi & Awano 2021). It names neither optimiser nor learning rate: SGD with a
# cosine from 0.1 is the usual choice for this network, taken here.
PAPER = Recipe("paper", epochs=120, peak_rate=0.1, warmup=0.0, rotation=15.0)

# Best accuracy for the time: one cycle, label smoothing, cutmix, averaged weights.
MODERN = Recipe(
    "modern",
    epochs=60,
    peak_rate=0.3,
    warmup=0.2,
    label_smoothing=0.1,
    cutmix=0.5,
    plain_epochs=4,
    ema_decay=0.999,
    tau_end=1.0,
    head_share="depth",
)

# A few epochs from a trained network (--init).
FINETUNE = replace(
    MODERN,
    name="finetune",
    epochs=4,
    peak_rate=0.04,
    warmup=0.06,
    cutmix=0.4,
    plain_epochs=1,
    ema_decay=0.998,
    tau_start=1.0,
)

# For answers within a few timesteps: quantised activations with learnt thresholds.
QCFS = replace(MODERN, name="qcfs", peak_rate=0.1, cutmix=0.0, plain_epochs=0, activation="qcfs", levels=4)

# For radix coding with few operations, from a trained network (--init). The course of the energy and the
# pruning follow the one run that was measured, which was steered by hand (README.md).
RADIX = replace(
    QCFS,
    name="radix",
    epochs=4,
    peak_rate=0.012,
    warmup=0.08,
    cutmix=0.4,
    plain_epochs=1,
    ema_decay=0.998,
    activation="radix",
    levels=7,
    vector_rate=5.0,
    energy=2.0,
    energy_course=((0, 0), (0.1, 1), (0.25, 1), (0.26, 1.5), (0.46, 1.5), (0.47, 2), (0.75, 2), (0.76, 0.5)),
    pruning=((0.49, 0.7), (0.515, 0.5), (0.56, 0.4), (0.615, 0.3)),
)

RECIPES = {recipe.name: recipe for recipe in (MODERN, PAPER, QCFS, FINETUNE, RADIX)}
