"""Opens a trained network from either kind of file, for evaluation and export."""

import re
from pathlib import Path
from typing import Any

from .activation import activation_of
from .checkpoint import load_checkpoint
from .data import CLASSES
from .errors import UserError
from .metadata import ARCHITECTURE
from .network import BLOCKS, FINAL, ResNet18
from .weights import Tensors, load_weights, read_weights


def open_network(path: Path) -> ResNet18:
    """A .safetensors network, or the result of a checkpoint so far."""
    if path.suffix != ".safetensors":
        checkpoint = load_checkpoint(path)
        network = checkpoint.run.network()
        network.load_state_dict(checkpoint.result)
        return network
    tensors, metadata = read_weights(path)
    network = _from_metadata(path, metadata) if metadata else _from_names(path, tensors)
    load_weights(network, path)
    return network


def _from_metadata(path: Path, metadata: dict[str, Any]) -> ResNet18:
    if metadata.get("architecture") != ARCHITECTURE:
        raise UserError(f"{path} holds a {metadata.get('architecture')}, not a {ARCHITECTURE}")
    try:
        heads = {head["name"]: head["block"] for head in metadata["heads"] if head["name"] != FINAL}
        activation = activation_of(metadata["activation"], metadata.get("activationLevels", 0))
        return ResNet18(tuple(metadata["widths"]), heads, len(metadata["labels"]), activation)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UserError(f"{path} has metadata that does not describe a {ARCHITECTURE}: {error!r}") from error


def _from_names(path: Path, tensors: Tensors) -> ResNet18:
    """A ReLU network without metadata: widths from shapes, each head named after its block's number."""
    try:
        widths = tuple(tensors[f"blocks.{block}.conv2.weight"].shape[0] for block in range(1, BLOCKS, 2))
        names = [match[1] for name in tensors if (match := re.fullmatch(r"heads\.(\w+)\.weight", name))]
        heads = {name: int(name) for name in names if name != FINAL}
        classes = tensors[f"heads.{FINAL}.weight"].shape[0]
    except (KeyError, ValueError) as error:
        raise UserError(f"{path} has no metadata that tells its heads, and its tensor names do not") from error
    if classes != CLASSES or not all(1 <= block < BLOCKS for block in heads.values()):
        raise UserError(f"{path} is not a network for CIFAR-100 with heads after blocks 1 to {BLOCKS - 1}")
    return ResNet18(widths, heads, classes)
