"""Network weights as a .safetensors file, the form in which they leave PyTorch."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from .errors import UserError
from .files import write_atomically
from .network import ResNet18, activation_names
from .qcfs import QCFS

METADATA_KEY = "snnwasm"
# State of a network that does not leave as a tensor: a counter nobody reads, and QCFS thresholds,
# which are metadata so that every network of one architecture has the same tensors.
_NOT_TENSORS = ("num_batches_tracked", ".threshold")

Tensors = dict[str, torch.Tensor]


def own_tensors(network: ResNet18) -> Tensors:
    """The network's tensors under their names in the file."""
    state = network.state_dict()
    return {name: tensor for name, tensor in state.items() if not name.endswith(_NOT_TENSORS)}


def exported_tensors(network: ResNet18, matrices: torch.dtype) -> Tensors:
    """Matrices in the given type, vectors in float32."""
    return {
        name: tensor.to("cpu", matrices if tensor.dim() > 1 else torch.float32).contiguous()
        for name, tensor in own_tensors(network).items()
    }


def thresholds_of(network: ResNet18) -> dict[str, float] | None:
    """The learnt QCFS threshold of every layer, by layer name; None for a ReLU network."""
    layers = activation_names(network)
    return {n: act.threshold.item() for n, act in layers.items() if isinstance(act, QCFS)} or None


def write_weights(path: Path, tensors: Tensors, metadata: dict[str, Any]) -> None:
    """Writes tensors and one JSON metadata entry named "snnwasm"."""
    text = json.dumps(metadata, separators=(",", ":"), ensure_ascii=False)
    content = save(tensors, {METADATA_KEY: text})
    write_atomically(path, lambda file: file.write(content))


def read_weights(path: Path) -> tuple[Tensors, dict[str, Any]]:
    """Tensors as stored, and the "snnwasm" metadata (empty where the file has none)."""
    try:
        with safe_open(path, "pt") as file:
            metadata = json.loads((file.metadata() or {}).get(METADATA_KEY, "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError) as error:
        raise UserError(f"cannot read {path}: {error}") from error
    return tensors, metadata


def load_weights(network: ResNet18, path: Path) -> bool:
    """Fills a network from a file; True if that included learnt thresholds.

    Heads that the network does not have are left out; otherwise the tensors must be the same.
    """
    tensors, metadata = read_weights(path)
    own = own_tensors(network)
    for name, target in own.items():
        if name not in tensors:
            raise UserError(f"{path} does not fit this network: it lacks {name}")
        if tensors[name].shape != target.shape:
            shapes = f"{list(tensors[name].shape)}, not {list(target.shape)}"
            raise UserError(f"{path} does not fit this network: {name} has the shape {shapes}")
    for name in tensors:
        if name not in own and not name.startswith("heads."):
            raise UserError(f"{path} does not fit this network: it has {name} as well")
    for name, target in own.items():
        target.copy_(tensors[name])
    return _load_thresholds(network, metadata.get("activationThresholds") or {})


@torch.no_grad()
def _load_thresholds(network: ResNet18, stored: dict[str, float]) -> bool:
    layers = activation_names(network)
    quantised = {name: act for name, act in layers.items() if isinstance(act, QCFS)}
    if not quantised or set(quantised) - set(stored):
        return False
    for name, act in quantised.items():
        act.threshold.fill_(stored[name])
    return True
