"""Counts the synaptic operations of an answer in radix coding, exactly."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from .data import Images, normalise
from .digits import digits_of, ones
from .network import ResNet18, activation_names
from .qcfs import QCFS
from .synapses import Synapses


@dataclass(frozen=True)
class Operations:
    """Means over images: one operation a digit that is 1 and a synapse that it reaches.

    `counted` leaves out synapses of weight zero, `with_zeros` does not. Pixels into the stem and
    internal heads are not counted.
    """

    digits: int
    records: int
    counted: float
    with_zeros: float
    synapses: float
    existing: float
    weights_kept: float

    def __str__(self) -> str:
        return (
            f"{self.counted / 1e6:.2f} M synaptic operations an answer, {self.counted / self.synapses:.4f} a synapse "
            f"(radix coding, {self.digits} digits; {self.weights_kept:.3f} of the weights are not zero)"
        )

    def to_dict(self) -> dict[str, Any]:
        """For a file's metadata."""
        return {
            "coding": "radix",
            "digits": self.digits,
            "records": self.records,
            "synapticOperations": round(self.counted),
            "withZeroWeights": round(self.with_zeros),
            "synapses": round(self.existing),
            "synapsesWithZeroWeights": round(self.synapses),
            "shareOfWeightsKept": round(self.weights_kept, 6),
        }


def radix_digits(network: ResNet18) -> int | None:
    """The digits that this network's quantised activations are, or None where they are none."""
    levels = {getattr(module, "levels", 0) for module in activation_names(network).values()}
    return digits_of(levels.pop()) if len(levels) == 1 else None


@torch.no_grad()
def count_operations(network: ResNet18, images: Images, batch_size: int = 100) -> Operations | None:
    """Counts on these images in float32; None for a network that is not for radix coding."""
    digits = radix_digits(network)
    if digits is None or len(images) == 0:
        return None
    synapses = Synapses(network, images.pixels.shape[-1])
    totals = {"counted": 0.0, "with_zeros": 0.0}

    def listen(name: str, activation: QCFS, _: tuple[torch.Tensor], output: torch.Tensor) -> None:
        q = (output * (activation.levels / activation.threshold)).round()
        sent = ones(q, activation.levels).double().sum(0, keepdim=True)
        totals["counted"] += float((sent * synapses.leaving[name]).sum())
        totals["with_zeros"] += float((sent * synapses.dense[name]).sum())

    hooks = [source.activation.register_forward_hook(partial(listen, source.name)) for source in synapses.sources]
    training = network.training
    network.eval()
    for start in range(0, len(images), batch_size):
        network(normalise(images.slice(start, start + batch_size).pixels))
    network.train(training)
    for hook in hooks:
        hook.remove()
    means = {name: total / len(images) for name, total in totals.items()}
    return Operations(
        digits,
        len(images),
        **means,
        synapses=synapses.all,
        existing=synapses.existing,
        weights_kept=synapses.kept(),
    )
