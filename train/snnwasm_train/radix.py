"""QCFS with 2^b - 1 levels whose neurons pay for the digits that they send."""

from collections.abc import Iterator
from typing import Any

import torch

from .digits import ones
from .qcfs import QCFS

# Elements that are worked on at once on a CPU, so that the passes over them stay in its cache:
# measured 4 times as fast as passes over a whole batch.
_CACHED = 1 << 19


def _parts(x: torch.Tensor) -> Iterator[slice]:
    images = max(1, _CACHED // max(1, x[0].numel())) if x.device.type == "cpu" else len(x)
    return (slice(start, start + images) for start in range(0, len(x), images))


class Coded(torch.autograd.Function):
    """(x, threshold, price, L) -> (y, cost, digits).

    y = threshold q / L with q = floor(L c + 1/2), c = clip(x / threshold, 0, 1). `digits` is the mean
    number of ones in q's binary digits over the images, by neuron, and cost = sum(price * digits);
    `price` [1, C, H, W] is what one digit of a neuron costs.

    Both are staircases. Backwards, y has the slope of c (straight through, as in QCFS), and digits has
    that of 1 - exp(-L c) + c: steepest where a neuron could fall silent, never flat above.
    """

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, threshold: torch.Tensor, price: torch.Tensor, levels: int
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        y, clipped = torch.empty_like(x), torch.empty_like(x)
        digits = torch.zeros_like(price)
        for part in _parts(x):
            c = torch.div(x[part], threshold, out=clipped[part]).clamp_(0, 1)
            q = torch.mul(c, levels, out=y[part]).add_(0.5).floor_()
            digits += ones(q, levels).to(price.dtype).sum(0)
            q.div_(levels).mul_(threshold)
        digits /= len(x)
        ctx.save_for_backward(clipped, threshold, price)
        ctx.levels = levels
        ctx.mark_non_differentiable(digits)
        return y, (price * digits).sum(), digits

    @staticmethod
    def backward(ctx: Any, gy: torch.Tensor, gcost: torch.Tensor, _: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        clipped, threshold, price = ctx.saved_tensors
        levels = ctx.levels
        paid = price * (gcost / (len(clipped) * threshold))
        gx = torch.empty_like(clipped)
        gthreshold = torch.zeros_like(threshold)
        for part in _parts(clipped):
            c, g = clipped[part], gx[part]
            torch.mul(c, -levels, out=g).exp_().mul_(levels).add_(1).mul_(paid).add_(gy[part])
            g.mul_((c > 0) & (c < 1))
            q = (c * levels).add_(0.5).floor_().div_(levels)
            gthreshold += q.mul_(gy[part]).sum() - (g * c).sum()
        return gx, gthreshold, None, None


class Radix(QCFS):
    """QCFS that, while it trains and has a price, notes what its digits cost.

    `price` [1, C, H, W] is the share of all the network's synapses that leave each neuron. After a
    forward pass `cost` is this layer's expected operations as that share, differentiable, and
    `digits` [1, C, H, W] the digits behind it.
    """

    def __init__(self, levels: int) -> None:
        super().__init__(levels)
        self.price: torch.Tensor | None = None
        self.cost: torch.Tensor | None = None
        self.digits: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.price is None:
            return super().forward(x)
        y, self.cost, self.digits = Coded.apply(x.float(), self.threshold, self.price, self.levels)
        return y
