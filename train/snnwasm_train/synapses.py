"""Who listens to each activation, which of these synapses exist, and how many leave each neuron."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from .data import SIDE
from .network import ResNet18, activation_names
from .radix import Radix


@dataclass(frozen=True)
class Connection:
    """A convolution that listens to an activation; `name` is that of its weight."""

    name: str
    convolution: nn.Conv2d

    @property
    def weight(self) -> nn.Parameter:
        return self.convolution.weight

    def leaving(self, exists: torch.Tensor, side: int) -> torch.Tensor:
        """The existing synapses that leave each neuron of the source: [1, C, side, side].

        `exists` has the weight's shape. At a border fewer leave, since padding has no neurons.
        """
        outputs, inputs = exists.shape[:2]
        stride, padding = self.convolution.stride[0], self.convolution.padding[0]
        reached = torch.ones(1, outputs, side // stride, side // stride, device=exists.device)
        shape = (1, inputs, side, side)
        # The sum of a convolution's outputs, differentiated by its inputs, counts who listens to each.
        return nn.grad.conv2d_input(shape, exists.float().contiguous(), reached, stride, padding).round_()

    def sent(self, digits: torch.Tensor) -> torch.Tensor:
        """Digits that pass over each synapse in one answer, [1, C, K, K]: the same for every output channel.

        `digits` [1, C, side, side] is what each neuron of the source sends.
        """
        kernel, stride, padding = (value[0] for value in self._geometry())
        heard = F.unfold(digits, kernel, padding=padding, stride=stride).sum(-1)
        return heard.view(1, digits.shape[1], kernel, kernel)

    def _geometry(self) -> tuple[tuple[int, ...], ...]:
        return self.convolution.kernel_size, self.convolution.stride, self.convolution.padding


@dataclass
class Source:
    """An activation [channels, side, side] with those who listen to it.

    `fixed` synapses leave each of its neurons whatever the weights are: the one addition of a skip
    path that changes nothing, and the classes of the final head behind global pooling.
    """

    name: str
    activation: nn.Module
    channels: int
    side: int
    connections: list[Connection] = field(default_factory=list)
    fixed: int = 0


def sources_of(network: ResNet18, side: int = SIDE) -> list[Source]:
    """Every activation, from the stem to the last block, for images of side x side pixels.

    Internal heads are not listed: an answer in radix coding is that of the final head.
    """
    activations = activation_names(network)
    before = Source("stem", activations["stem"], network.widths[0], side)
    found = [before]
    for index, block in enumerate(network.blocks):
        name = f"blocks.{index}"
        side //= block.conv1.stride[0]
        channels = block.conv1.out_channels
        middle = Source(f"{name}.conv1", activations[f"{name}.conv1"], channels, side)
        after = Source(name, activations[name], channels, side)
        before.connections.append(Connection(f"{name}.conv1.weight", block.conv1))
        if isinstance(block.shortcut, nn.Identity):
            before.fixed += 1
        else:
            before.connections.append(Connection(f"{name}.shortcut.conv.weight", block.shortcut.conv))
        middle.connections.append(Connection(f"{name}.conv2.weight", block.conv2))
        found += [middle, after]
        before = after
    before.fixed += network.classes
    return found


class Synapses:
    """The network's synapses behind activations. A weight that is zero when this is made is none.

    `leaving` [1, C, H, W], by layer, are those that exist; `all` counts them as if no weight were
    zero. The stem's weights are not among them: it hears the image, which does not spike.
    """

    def __init__(self, network: ResNet18, side: int = SIDE) -> None:
        self.sources = sources_of(network, side)
        self.masks = {c.name: c.weight.detach() != 0 for _, c in self.connections()}
        dense = {name: torch.ones_like(mask) for name, mask in self.masks.items()}
        self.dense = {source.name: self._leaving(source, dense) for source in self.sources}
        self.all = _total(self.dense)
        self.refresh()

    def connections(self) -> Iterator[tuple[Source, Connection]]:
        return ((source, connection) for source in self.sources for connection in source.connections)

    def _leaving(self, source: Source, masks: dict[str, torch.Tensor]) -> torch.Tensor:
        device = next(iter(masks.values())).device
        count = torch.full((1, source.channels, source.side, source.side), float(source.fixed), device=device)
        for connection in source.connections:
            count += connection.leaving(masks[connection.name], source.side)
        return count

    @property
    def existing(self) -> float:
        return _total(self.leaving)

    def kept(self) -> float:
        """The share of the weights that exists."""
        masks = self.masks.values()
        return sum(int(mask.sum()) for mask in masks) / sum(mask.numel() for mask in masks)

    def refresh(self) -> None:
        """Counts anew and tells each radix activation its price. To be called when masks have changed."""
        self.leaving = {source.name: self._leaving(source, self.masks) for source in self.sources}
        for source in self.sources:
            if isinstance(source.activation, Radix):
                price = self.leaving[source.name] / self.all
                source.activation.price = price.contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def enforce(self) -> None:
        """Sets every weight that is none to zero again: gradients and momentum have moved it."""
        for _, connection in self.connections():
            connection.weight.masked_fill_(~self.masks[connection.name], 0)


def _total(by_layer: dict[str, torch.Tensor]) -> float:
    return sum(float(count.sum(dtype=torch.float64)) for count in by_layer.values())
