"""Distillation: a trained network's answers as targets beside the labels (Hinton et al., 2015)."""

from pathlib import Path

import torch
import torch.nn.functional as F

from .data import CLASSES
from .device import autocast
from .errors import UserError
from .network import FINAL
from .opening import open_network


class Teacher:
    """A fixed network that is shown every augmented batch.

    With weight a and temperature T the final head's loss becomes
    (1 - a) * cross-entropy with the labels + a * T^2 * cross-entropy of both softened by T.
    """

    def __init__(
        self, path: Path, weight: float, temperature: float, device: torch.device, precision: torch.dtype
    ) -> None:
        network = open_network(path)
        if network.classes != CLASSES:
            raise UserError(f"--teacher {path} tells {network.classes} classes apart, not CIFAR-100's {CLASSES}")
        self.network = network.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)
        self.weight, self.temperature = weight, temperature
        self._device, self._precision = device, precision

    def correction(
        self, images: torch.Tensor, logits: torch.Tensor, targets: torch.Tensor, label_smoothing: float
    ) -> torch.Tensor:
        """What to add to the loss that the labels alone give; `logits` are the learner's final ones."""
        with torch.no_grad(), autocast(self._device, self._precision):
            taught = self.network(images)[FINAL].float()
        return distillation(logits.float(), taught, targets, label_smoothing, self.weight, self.temperature)


def distillation(
    logits: torch.Tensor,
    taught: torch.Tensor,
    targets: torch.Tensor,
    label_smoothing: float,
    weight: float,
    temperature: float,
) -> torch.Tensor:
    """weight * (T^2 * cross-entropy with the teacher - cross-entropy with the labels)."""
    labels = F.cross_entropy(logits, targets, label_smoothing=label_smoothing)
    soft = F.cross_entropy(logits / temperature, F.softmax(taught / temperature, 1))
    return weight * (temperature**2 * soft - labels)
