"""Accuracy of every head."""

from collections.abc import Callable

import torch

from .data import Images, normalise
from .device import autocast
from .network import ResNet18


@torch.no_grad()
def accuracies(
    network: ResNet18,
    images: Images,
    precision: torch.dtype = torch.float32,
    batch_size: int = 500,
    between: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """The share of images (0 to 1) that each head classifies correctly.

    `between` is called before every batch; what it raises ends the evaluation.
    """
    training = network.training
    network.eval()
    device = images.labels.device
    correct = dict.fromkeys(network.head_blocks, 0)
    for start in range(0, len(images), batch_size):
        between()
        batch = images.slice(start, start + batch_size)
        with autocast(device, precision):
            logits = network(normalise(batch.pixels))
        for name, values in logits.items():
            correct[name] += int((values.argmax(1) == batch.labels).sum())
    network.train(training)
    return {name: count / len(images) for name, count in correct.items()}


def percentages(values: dict[str, float]) -> str:
    """`1 9.72  2 16.56 ... final 75.03 %`, for people."""
    return "  ".join(f"{name} {100 * value:.2f}" for name, value in values.items()) + " %"
