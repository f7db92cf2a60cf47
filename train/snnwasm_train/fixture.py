"""A tiny random network and what PyTorch computes with it: the reference for the converter's tests."""

from pathlib import Path

import torch

from .metadata import describe
from .network import BLOCKS, ResNet18, activation_names, initialise
from .rng import generator
from .weights import Tensors, exported_tensors, write_weights

WIDTHS = (8, 12, 16, 20)
CLASSES = 10
SIDE = 16
IMAGES = 2


def tiny_network(seed: int) -> ResNet18:
    """All eight blocks, narrow, every head, and batch normalisation far from the identity."""
    network = ResNet18(WIDTHS, {str(block): block for block in range(1, BLOCKS)}, CLASSES)
    random = generator(seed, "fixture network")
    initialise(network, random)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5, generator=random)
            torch.nn.init.normal_(module.bias, 0.1, 0.3, generator=random)
            torch.nn.init.normal_(module.running_mean, 0, 0.3, generator=random)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0, generator=random)
        elif isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.bias, 0, 0.2, generator=random)
    return network.eval()


@torch.no_grad()
def reference(network: ResNet18, images: torch.Tensor) -> Tensors:
    """The input, every layer's output after its ReLU, and every head's logits.

    Computed in float64 and stored as float32, so that the file does not depend on how a machine's
    float32 convolution orders its sums.
    """
    result: Tensors = {"input": images}
    network = network.double()
    for name, module in activation_names(network).items():
        module.register_forward_hook(lambda _m, _i, output, name=name: result.__setitem__(name, output))
    logits = network(images.double())
    result |= {f"heads.{name}": values for name, values in logits.items()}
    return {name: tensor.float().contiguous() for name, tensor in result.items()}


def write_fixture(folder: Path, seed: int) -> list[Path]:
    """Writes tiny-resnet.safetensors and tiny-resnet-activations.safetensors."""
    network = tiny_network(seed)
    images = torch.randn(IMAGES, 3, SIDE, SIDE, generator=generator(seed, "fixture input"))
    labels = [f"class {index}" for index in range(CLASSES)]
    metadata = {**describe(network, labels, SIDE), "recipe": "fixture", "seed": seed}
    paths = [folder / "tiny-resnet.safetensors", folder / "tiny-resnet-activations.safetensors"]
    write_weights(paths[0], exported_tensors(network, torch.float32), metadata)
    write_weights(paths[1], reference(network, images), {"recipe": "fixture", "seed": seed})
    return paths
