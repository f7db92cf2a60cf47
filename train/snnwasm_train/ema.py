"""Exponential moving average of a network's weights and batch-normalisation statistics."""

import torch
from torch import nn


class Average:
    """Averages every floating-point tensor of the state; `decay` 0 follows the network itself."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: tensor.clone() for name, tensor in _floats(network).items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Called after step `step`; early steps use a shorter memory, so the start is forgotten."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, tensor in _floats(network).items():
            self.state[name].lerp_(tensor, 1 - decay)

    def load(self, state: dict[str, torch.Tensor]) -> None:
        for name, tensor in self.state.items():
            tensor.copy_(state[name])


def _floats(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: t for name, t in network.state_dict().items() if t.is_floating_point()}
