"""ResNet-18 for 32x32 images with a prediction head after any of its eight residual blocks.

Tensor names are the checkpoint format (`stem.conv.weight`, `blocks.N.bn1.*`,
`blocks.N.shortcut.conv.weight`, `heads.NAME.*`): the converter reads them.
"""

import torch
from torch import nn

from .activation import Activation

WIDTHS = (64, 128, 256, 512)
BLOCKS = 8
FINAL = "final"
EPSILON = 1e-5


def _conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)


class Stem(nn.Module):
    """3x3 convolution, batch normalisation, activation; no pooling."""

    def __init__(self, width: int, activation: Activation) -> None:
        super().__init__()
        self.conv = _conv(3, width, 3)
        self.bn = nn.BatchNorm2d(width, eps=EPSILON)
        self.act = activation()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.bn(self.conv(x)))


class Shortcut(nn.Module):
    """1x1 convolution and batch normalisation on a skip path that changes its shape."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv = _conv(inputs, outputs, 1, stride)
        self.bn = nn.BatchNorm2d(outputs, eps=EPSILON)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.conv(x))


class Block(nn.Module):
    """Two 3x3 convolutions and a skip path; the second activation follows the addition."""

    def __init__(self, inputs: int, outputs: int, stride: int, activation: Activation) -> None:
        super().__init__()
        self.conv1 = _conv(inputs, outputs, 3, stride)
        self.bn1 = nn.BatchNorm2d(outputs, eps=EPSILON)
        self.act1 = activation()
        self.conv2 = _conv(outputs, outputs, 3)
        self.bn2 = nn.BatchNorm2d(outputs, eps=EPSILON)
        self.act2 = activation()
        changes = stride != 1 or inputs != outputs
        self.shortcut = Shortcut(inputs, outputs, stride) if changes else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.act1(self.bn1(self.conv1(x)))
        return self.act2(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet18(nn.Module):
    """`heads` names each internal prediction head and the number of blocks before it (1 to 7)."""

    def __init__(
        self,
        widths: tuple[int, ...] = WIDTHS,
        heads: dict[str, int] | None = None,
        classes: int = 100,
        activation: Activation = nn.ReLU,
    ) -> None:
        super().__init__()
        internal = heads or {}
        self.widths = tuple(widths)
        self.classes = classes
        self.head_blocks = {**dict(sorted(internal.items(), key=lambda item: item[1])), FINAL: BLOCKS}
        # Two blocks a stage; every stage but the first halves the side in its first block.
        outputs = [width for width in widths for _ in range(2)]
        inputs = [widths[0], *outputs[:-1]]
        strides = [2 if i in (2, 4, 6) else 1 for i in range(BLOCKS)]
        self.stem = Stem(widths[0], activation)
        self.blocks = nn.ModuleList(
            Block(i, o, s, activation) for i, o, s in zip(inputs, outputs, strides, strict=True)
        )
        self.heads = nn.ModuleDict(
            {name: nn.Linear(outputs[block - 1], classes) for name, block in self.head_blocks.items()}
        )

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """The logits of every head, shallow heads first, `final` last."""
        logits: dict[str, torch.Tensor] = {}
        x = self.stem(x)
        for depth, block in enumerate(self.blocks, start=1):
            x = block(x)
            for name, after in self.head_blocks.items():
                if after == depth:
                    logits[name] = self.heads[name](x.mean((2, 3)))  # global average pooling
        return logits


def initialise(network: ResNet18, random: torch.Generator) -> None:
    """He initialisation (He et al., ICCV 2015): normal, variance 2 / fan_out; heads 1 / fan_in, no bias."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=random)
        elif isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="linear", generator=random)
            nn.init.zeros_(module.bias)


def scaled_widths(multiplier: float) -> tuple[int, ...]:
    """The four stage widths times a multiplier, in multiples of 16, at least 16.

    Narrower stages are not offered because training them can corrupt memory on CPUs: oneDNN's
    backward pass of a strided 1x1 convolution over channels-last data writes past its workspace
    when there are fewer input channels than vector lanes
    (https://github.com/uxlfoundation/oneDNN/issues/6035; seen here with 2 to 7 channels on AVX2).
    """
    return tuple(max(16, 16 * round(width * multiplier / 16)) for width in WIDTHS)


def activation_names(network: ResNet18) -> dict[str, nn.Module]:
    """Every activation by the layer it ends: `stem`, `blocks.N.conv1`, `blocks.N` (after the addition)."""
    names: dict[str, nn.Module] = {"stem": network.stem.act}
    for index, block in enumerate(network.blocks):
        names[f"blocks.{index}.conv1"] = block.act1
        names[f"blocks.{index}"] = block.act2
    return names
