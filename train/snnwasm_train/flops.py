"""Counts the floating-point operations up to each head, for C in eq. (21)."""

import torch
from torch import nn

from .network import FINAL, ResNet18


@torch.no_grad()
def flops_up_to(network: ResNet18, side: int = 32) -> dict[str, int]:
    """FLOPs of the network that ends in each head: two per multiply-accumulate.

    Counted on a real forward pass: convolutions (skip paths included) and fully connected
    layers. Normalisation folds into them, and other heads do not belong to the smaller network.
    """
    operations: dict[nn.Module, int] = {}

    def count(module: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        operations[module] = 2 * output.numel() * module.weight[0].numel()

    layers = [m for m in network.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    training = network.training
    network.eval()
    network(torch.zeros(1, 3, side, side, device=next(network.parameters()).device))
    network.train(training)
    for hook in hooks:
        hook.remove()

    def total(part: nn.Module) -> int:
        return sum(operations.get(module, 0) for module in part.modules())

    below = total(network.stem)
    result: dict[str, int] = {}
    for depth, block in enumerate(network.blocks, start=1):
        below += total(block)
        for name, after in network.head_blocks.items():
            if after == depth:
                result[name] = below + total(network.heads[name])
    return result


def flop_shares(network: ResNet18, side: int = 32) -> dict[str, float]:
    """C of eq. (21) for every head: its FLOPs over those of the whole network up to `final`."""
    flops = flops_up_to(network, side)
    return {name: value / flops[FINAL] for name, value in flops.items()}
