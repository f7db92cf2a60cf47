"""Which activation a network is built with."""

from collections.abc import Callable

from torch import nn

from .qcfs import QCFS
from .radix import Radix

Activation = Callable[[], nn.Module]


def activation_of(kind: str, levels: int) -> Activation:
    """The factory that a network calls once a layer."""
    if kind == "qcfs":
        return lambda: QCFS(levels)
    if kind == "radix":
        return lambda: Radix(levels)
    return nn.ReLU
