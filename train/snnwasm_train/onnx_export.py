"""From a trained network to an ONNX file, for comparison with other runtimes; snnwasm itself never reads it."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from .data import SIDE
from .errors import UserError
from .files import write_atomically
from .network import FINAL, ResNet18

OPSET = 17
INPUT = "input"
# Every value is float32 [1, 3, 32, 32]; one image at a time is what the benchmark compares.
SHAPE = (1, 3, SIDE, SIDE)


class _Heads(nn.Module):
    """The logits of some heads, in order; ONNX has no dictionaries."""

    def __init__(self, network: ResNet18, names: Sequence[str]) -> None:
        super().__init__()
        self.network = network
        self.names = tuple(names)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        logits = self.network(x)
        return tuple(logits[name] for name in self.names)


def export_onnx(network: ResNet18, path: Path, heads: Sequence[str] = (FINAL,)) -> list[str]:
    """Writes the network, batch normalisation folded into the convolutions by the exporter.

    Returns the names of the outputs, `logits_` and the head's name. Internal heads that are not named
    are left out, with whatever only they need.
    """
    unknown = [name for name in heads if name not in network.head_blocks]
    if unknown or not heads:
        known = ", ".join(network.head_blocks)
        raise UserError(f"the network has no head {', '.join(unknown)}: choose from {known}")
    outputs = [f"logits_{name}" for name in heads]
    content = io.BytesIO()
    with warnings.catch_warnings():
        # PyTorch's newer exporter needs onnxscript and gives the same graph here.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            _Heads(network, heads).eval(),
            (torch.zeros(SHAPE),),
            content,
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=outputs,
        )
    write_atomically(path, lambda file: file.write(content.getvalue()))
    return outputs
