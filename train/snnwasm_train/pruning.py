"""Pruning: the synapses that are worth least for what they cost go, for good."""

import torch

from .synapses import Synapses

_MEMORY = 0.95  # of the running mean of squared gradients, a step


class Worth:
    """The running mean of each synapse's squared gradient: a diagonal estimate of the Fisher information.

    w^2 times it is how much the loss is expected to rise without the synapse.
    """

    def __init__(self, synapses: Synapses) -> None:
        self._synapses = synapses
        self.squares = {c.name: torch.zeros_like(c.weight) for _, c in synapses.connections()}

    @torch.no_grad()
    def learn(self) -> None:
        """After the backward pass, before the optimiser's step, which may change gradients."""
        for _, connection in self._synapses.connections():
            gradient = connection.weight.grad
            self.squares[connection.name].mul_(_MEMORY).addcmul_(gradient, gradient, value=1 - _MEMORY)


@torch.no_grad()
def prune(
    synapses: Synapses, digits: dict[str, torch.Tensor], squares: dict[str, torch.Tensor], keep: float
) -> None:
    """Takes synapses away until the operations of an answer are at most `keep` of the whole network's.

    The whole network is the one with every synapse at today's activity: `digits` [1, C, H, W] that
    each neuron sends, by layer. Synapses are ranked by w^2 squares / cost; cost counts the digits
    that pass over a synapse at all its positions. What is gone stays gone; a network that has no
    more than `keep` already is left alone.
    """
    worth: list[torch.Tensor] = []
    price: list[torch.Tensor] = []
    whole = left_over = 0.0
    for source in synapses.sources:
        left_over += source.fixed * float(digits[source.name].sum(dtype=torch.float64))
        for connection in source.connections:
            weight, exists = connection.weight, synapses.masks[connection.name]
            sent = connection.sent(digits[source.name])
            whole += float(sent.sum(dtype=torch.float64)) * len(weight)
            worth.append((weight * weight * squares[connection.name] / (sent + 1e-9))[exists])
            price.append(sent.expand_as(weight)[exists])
    budget = keep * (whole + left_over) - left_over
    order = torch.cat(worth).argsort(descending=True, stable=True)
    spent = torch.cat(price)[order].double().cumsum(0)  # float32 cannot sum millions of them
    if spent[-1] <= budget:
        return
    stays = torch.zeros(len(order), dtype=torch.bool, device=order.device)
    stays[order[spent <= budget]] = True
    for (_, connection), part in zip(synapses.connections(), stays.split([len(w) for w in worth]), strict=True):
        mask = synapses.masks[connection.name]
        mask[mask.clone()] = part
    synapses.enforce()
    synapses.refresh()
