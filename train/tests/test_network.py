import re

import pytest
import torch

from snnwasm_train.errors import UserError
from snnwasm_train.network import ResNet18, activation_names, initialise, scaled_widths
from snnwasm_train.rng import generator
from snnwasm_train.run import parse_heads
from snnwasm_train.weights import own_tensors

NAMES = re.compile(
    r"stem\.conv\.weight|stem\.bn\.(weight|bias|running_mean|running_var)"
    r"|blocks\.[0-7]\.conv[12]\.weight|blocks\.[0-7]\.bn[12]\.(weight|bias|running_mean|running_var)"
    r"|blocks\.[246]\.shortcut\.(conv\.weight|bn\.(weight|bias|running_mean|running_var))"
    r"|heads\.([1-7]|final)\.(weight|bias)"
)


def test_tensor_names_and_count() -> None:
    tensors = own_tensors(ResNet18((4, 6, 8, 10), parse_heads("all")))
    assert all(NAMES.fullmatch(name) for name in tensors)
    assert len(tensors) == 5 + 8 * 10 + 3 * 5 + 8 * 2


def test_parameters_of_the_full_network() -> None:
    network = ResNet18()
    convolutions = sum(p.numel() for p in network.parameters() if p.dim() == 4)
    assert convolutions == 9 * (3 * 64 + 4 * 64**2 + 64 * 128 + 3 * 128**2 + 128 * 256 + 3 * 256**2) + 9 * (
        256 * 512 + 3 * 512**2
    ) + (64 * 128 + 128 * 256 + 256 * 512)
    assert network.heads["final"].weight.shape == (100, 512)


def test_heads_come_in_the_order_of_their_depth() -> None:
    network = ResNet18((4, 6, 8, 10), {"late": 7, "early": 2}, classes=10)
    logits = network(torch.randn(2, 3, 16, 16))
    assert list(logits) == ["early", "late", "final"]
    assert all(values.shape == (2, 10) for values in logits.values())
    assert [network.heads[name].in_features for name in logits] == [4, 10, 10]


def test_activation_shapes_follow_the_stages() -> None:
    network = ResNet18((4, 6, 8, 10), classes=10).eval()
    shapes: dict[str, tuple[int, ...]] = {}
    for name, module in activation_names(network).items():
        module.register_forward_hook(lambda _m, _i, out, name=name: shapes.__setitem__(name, tuple(out.shape[1:])))
    network(torch.randn(1, 3, 32, 32))
    assert len(shapes) == 17
    assert shapes["stem"] == shapes["blocks.0.conv1"] == shapes["blocks.1"] == (4, 32, 32)
    assert shapes["blocks.2.conv1"] == shapes["blocks.3"] == (6, 16, 16)
    assert shapes["blocks.5"] == (8, 8, 8) and shapes["blocks.7"] == (10, 4, 4)


def test_he_initialisation() -> None:
    network = ResNet18((16, 32, 64, 128))
    initialise(network, generator(1, "weights"))
    weight = network.blocks[7].conv2.weight
    assert weight.var().item() == pytest.approx(2 / (9 * 128), rel=0.02)
    assert network.heads["final"].bias.abs().max() == 0
    again = ResNet18((16, 32, 64, 128))
    initialise(again, generator(1, "weights"))
    assert torch.equal(again.blocks[7].conv2.weight, weight)


def test_scaled_widths() -> None:
    assert scaled_widths(0.5) == (32, 64, 128, 256)
    assert scaled_widths(0.1) == (16, 16, 32, 48)


def test_parse_heads() -> None:
    assert parse_heads("all") == {str(block): block for block in range(1, 8)}
    assert parse_heads("none") == {}
    assert parse_heads("5") == {"5": 5}
    assert parse_heads("a:2, b:5") == {"a": 2, "b": 5}


@pytest.mark.parametrize("text", ["", "8", "0", "x", "2,,3", "2,2", "final:3", "a.b:3", "-1"])
def test_wrong_heads(text: str) -> None:
    with pytest.raises(UserError, match="--heads"):
        parse_heads(text)
