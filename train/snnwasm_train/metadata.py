"""What a .safetensors file of ours says about its network, for the converter and for people."""

from typing import Any

from .data import MEAN, STD
from .network import EPSILON, ResNet18
from .qcfs import QCFS
from .weights import thresholds_of

ARCHITECTURE = "resnet18-cifar"


def describe(network: ResNet18, labels: list[str], side: int) -> dict[str, Any]:
    """The part that the converter needs to rebuild the network.

    A head's `block` is the number of residual blocks before it, 8 for `final`. The strides, one a
    block, cannot be told from the tensors' shapes. The epsilon is the one of sigma = sqrt(var + eps)
    in eq. (3).
    """
    described: dict[str, Any] = {
        "architecture": ARCHITECTURE,
        "widths": list(network.widths),
        "inputShape": [3, side, side],
        "strides": [block.conv1.stride[0] for block in network.blocks],
        "heads": [{"name": name, "block": block} for name, block in network.head_blocks.items()],
        "batchNormEpsilon": EPSILON,
        "normalisation": {"mean": list(MEAN), "std": list(STD)},
        "labels": labels,
        "activation": "relu",
    }
    learnt = thresholds_of(network)
    if learnt is not None:
        levels = next(module.levels for module in network.modules() if isinstance(module, QCFS))
        described |= {"activation": "qcfs", "activationLevels": levels, "activationThresholds": learnt}
    return described
