"""Energy in a run: a price on operations in the loss, and pruning on the recipe's schedule."""

from collections.abc import Callable

import torch

from .ema import Average
from .network import ResNet18
from .pruning import Worth, prune
from .recipes import Recipe
from .synapses import Synapses

State = dict[str, dict[str, torch.Tensor]]


class Free:
    """For recipes in which operations cost nothing."""

    def penalty(self, step: int) -> torch.Tensor | float:
        """The term of the loss, after the forward pass."""
        return 0.0

    def learn(self) -> None:
        """After the backward pass, before the optimiser's step."""

    def settle(self, step: int, average: Average) -> None:
        """After the optimiser's step, before the average's."""

    def report(self) -> str:
        """What to add to a line of progress, about the steps since the last."""
        return ""

    def state(self) -> State:
        """What a checkpoint needs beside the weights."""
        return {}

    def load(self, state: State) -> None:
        """Takes up the state of a checkpoint whose weights have been loaded."""


class Energy(Free):
    """loss = classification + energy * (operations of an answer / synapses of the whole network).

    Operations are digits sent times the synapses that they reach, as the batch has them: the number
    `energy` is the nats that one operation a synapse may cost. Its course over the run, and when to
    prune how far, stand in the recipe.
    """

    def __init__(self, network: ResNet18, recipe: Recipe, total: int, say: Callable[[str], None]) -> None:
        self._recipe, self._total, self._say = recipe, total, say
        self._prunings = recipe.prunings(total)
        self._last = max(self._prunings, default=-1)
        self._seen: list[torch.Tensor] = []
        self.synapses = Synapses(network)
        self._worth = Worth(self.synapses) if self._prunings else None

    def penalty(self, step: int) -> torch.Tensor:
        operations = torch.stack([source.activation.cost for source in self.synapses.sources]).sum()
        self._seen.append(operations.detach())
        return self._recipe.energy_at(step, self._total) * operations

    def learn(self) -> None:
        if self._worth is not None:
            self._worth.learn()

    def settle(self, step: int, average: Average) -> None:
        if self._worth is not None and step in self._prunings:
            self._prune(self._worth.squares, self._prunings[step], average)
        if step >= self._last:
            self._worth = None  # nothing will be pruned any more
        self.synapses.enforce()

    def _prune(self, squares: dict[str, torch.Tensor], keep: float, average: Average) -> None:
        digits = {source.name: source.activation.digits for source in self.synapses.sources}
        prune(self.synapses, digits, squares, keep)
        for name, mask in self.synapses.masks.items():
            average.state[name].masked_fill_(~mask, 0)
        self._say(f"pruned to {keep:g} of the operations: {self.synapses.kept():.3f} of the weights stay")

    def report(self) -> str:
        if not self._seen:
            return ""
        operations = torch.stack(self._seen).mean().item()
        self._seen.clear()
        return f"  {operations:.4f} operations a synapse"

    def state(self) -> State:
        return {"masks": self.synapses.masks, "squares": self._worth.squares if self._worth else {}}

    def load(self, state: State) -> None:
        for name, mask in self.synapses.masks.items():
            mask.copy_(state["masks"][name])
        self.synapses.refresh()
        if not state["squares"]:
            self._worth = None
        elif self._worth is not None:
            for name, square in self._worth.squares.items():
                square.copy_(state["squares"][name])


def energy_of(network: ResNet18, recipe: Recipe, total: int, say: Callable[[str], None]) -> Free:
    """The recipe's energy, for a network whose weights have been loaded: zeros among them stay zeros."""
    return Energy(network, recipe, total, say) if recipe.activation == "radix" else Free()
