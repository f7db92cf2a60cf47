"""Quantisation-clip-floor-shift: the activation of networks that answer in few timesteps."""

import copy

import torch
from torch import nn


class _Floor(torch.autograd.Function):
    """floor(x) with the gradient of x: the straight-through estimator."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        return x.floor()

    @staticmethod
    def backward(ctx: object, gradient: torch.Tensor) -> torch.Tensor:
        return gradient


class QCFS(nn.Module):
    """lambda clip(floor(x L / lambda + 1/2) / L, 0, 1)  (Bu et al., ICLR 2022).

    The threshold lambda is learnt; L is the number of quantisation steps. Over L timesteps an
    integrate-and-fire neuron with this threshold and an initial potential of half of it answers a
    constant input with the same mean, so the converter takes lambda instead of calibrating it.
    Clipping before the floor gives the same value and lets the gradient of lambda through where
    the input is clipped. Computed in float32 whatever precision the network trains in: bf16 cannot
    tell the edges of the steps apart.
    """

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels
        self.threshold = nn.Parameter(torch.tensor(1.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        clipped = (x.float() / self.threshold).clamp(0, 1)
        return _Floor.apply(clipped * self.levels + 0.5) / self.levels * self.threshold


@torch.no_grad()
def calibrate_thresholds(network: nn.Module, images: torch.Tensor, quantile: float = 0.999) -> None:
    """Starts every QCFS threshold at a quantile of what its layer receives for these images.

    It is the quantile that the converter uses for ReLU networks (eq. (8)). Layers are measured in
    the order of the forward pass, each fed by those already quantised, on a copy in training mode:
    batch statistics are what the first step will see, whatever the running statistics say.
    """

    def measure(module: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        values = inputs[0].float().clamp_min(0).flatten()
        rank = max(1, round(quantile * len(values)))
        module.threshold.copy_(values.kthvalue(rank).values.clamp_min(1e-3))

    twin = copy.deepcopy(network).train()
    measured = [module for module in twin.modules() if isinstance(module, QCFS)]
    for module in measured:
        module.register_forward_pre_hook(measure)
    twin(images)
    own = [module for module in network.modules() if isinstance(module, QCFS)]
    for module, source in zip(own, measured, strict=True):
        module.threshold.copy_(source.threshold)
