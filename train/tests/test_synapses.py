import pytest
import torch
import torch.nn.functional as F

from snnwasm_train.activation import activation_of
from snnwasm_train.data import CLASSES, Images, normalise
from snnwasm_train.network import ResNet18, activation_names, initialise
from snnwasm_train.operations import count_operations
from snnwasm_train.rng import generator
from snnwasm_train.synapses import Synapses

SIDE = 16
WIDTHS = (16, 16, 32, 32)
LEVELS = 7


def sparse_network(kind: str = "radix", left: float = 0.3) -> ResNet18:
    """Most weights zero; thresholds low enough that digits are sent everywhere."""
    network = ResNet18(WIDTHS, {"3": 3}, CLASSES, activation_of(kind, LEVELS))
    random = generator(5, "sparse")
    initialise(network, random)
    with torch.no_grad():
        for _, connection in Synapses(network, SIDE).connections():
            connection.weight.mul_(torch.rand(connection.weight.shape, generator=random) < left)
    return network.to(memory_format=torch.channels_last)


def brute_force(network: ResNet18, images: torch.Tensor) -> int:
    """Every digit of every neuron, sent over every synapse that is there, one by one (with arrays for channels)."""
    outputs: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, out, name=name: outputs.__setitem__(name, out))
        for name, module in activation_names(network).items()
    ]
    network(images)
    for hook in hooks:
        hook.remove()

    def digits(name: str, image: int) -> torch.Tensor:
        threshold = activation_names(network)[name].threshold
        q = (outputs[name][image] / threshold * LEVELS).round().int()
        return torch.tensor([bin(value).count("1") for value in q.flatten().tolist()]).view(q.shape)

    def heard(sent: torch.Tensor, weight: torch.Tensor, stride: int, padding: int) -> int:
        exists = (weight != 0).long()
        _, height, width = sent.shape
        count = 0
        for y in range(0, height, stride):
            for x in range(0, width, stride):
                for row in range(weight.shape[2]):
                    for column in range(weight.shape[3]):
                        a, b = y + row - padding, x + column - padding
                        if 0 <= a < height and 0 <= b < width:
                            count += int((exists[:, :, row, column] * sent[None, :, a, b]).sum())
        return count

    count = 0
    for image in range(len(images)):
        before = digits("stem", image)
        for index, block in enumerate(network.blocks):
            middle = digits(f"blocks.{index}.conv1", image)
            count += heard(before, block.conv1.weight, block.conv1.stride[0], 1)
            count += heard(middle, block.conv2.weight, 1, 1)
            if isinstance(block.shortcut, torch.nn.Identity):
                count += int(before.sum())
            else:
                count += heard(before, block.shortcut.conv.weight, block.shortcut.conv.stride[0], 0)
            before = digits(f"blocks.{index}", image)
        count += int(before.sum()) * CLASSES
    return count


@pytest.fixture
def images() -> Images:
    random = torch.Generator().manual_seed(1)
    return Images(torch.randint(0, 256, (2, 3, SIDE, SIDE), generator=random).byte(), torch.zeros(2).long())


@torch.no_grad()
def test_operations_by_brute_force(images: Images) -> None:
    """What training pays for (on batch statistics) and what export says (on running ones)."""
    network = sparse_network()
    synapses = Synapses(network, SIDE)
    x = normalise(images.pixels)
    expected = brute_force(network.train(), x)
    paid = sum(float(source.activation.cost) for source in synapses.sources)
    assert expected > 1_000_000
    assert paid * synapses.all * len(images) == pytest.approx(expected, rel=1e-5)

    network.eval()
    counted = count_operations(network, images)
    assert counted is not None and counted.counted * len(images) == brute_force(network, x)
    assert counted.digits == 3 and counted.records == 2 and not network.training


def test_synapses_of_the_whole_network_are_its_multiply_accumulates() -> None:
    """481.2 M without padding behind the stem at full width, as the stand-in networks' README counts them."""
    network = ResNet18(activation=activation_of("radix", LEVELS))
    synapses = Synapses(network)
    assert synapses.all == synapses.existing == 481_165_312
    assert synapses.kept() == 1


def test_zeros_are_no_synapses() -> None:
    network = sparse_network()
    synapses = Synapses(network, SIDE)
    weights = [connection.weight for _, connection in synapses.connections()]
    assert synapses.kept() == sum(int((w != 0).sum()) for w in weights) / sum(w.numel() for w in weights)
    assert 0.25 < synapses.existing / synapses.all < 0.35
    assert network.stem.act.price.sum() == pytest.approx(float(synapses.leaving["stem"].sum()) / synapses.all)
    # An inner neuron of the first block: every weight of its channel once, and the addition of the skip path.
    expected = 1 + int((network.blocks[0].conv1.weight[:, 4] != 0).sum())
    assert synapses.leaving["stem"][0, 4, 7, 7] == expected


def test_digits_sent_over_a_synapse() -> None:
    synapses = Synapses(sparse_network(), SIDE)
    for source, connection in synapses.connections():
        digits = torch.rand(1, source.channels, source.side, source.side)
        stride, padding = connection.convolution.stride, connection.convolution.padding
        weight = torch.zeros_like(connection.weight).requires_grad_()
        F.conv2d(digits, weight, None, stride, padding).sum().backward()
        torch.testing.assert_close(connection.sent(digits).expand_as(weight), weight.grad)


def test_enforced_zeros_are_zeros() -> None:
    network = sparse_network()
    synapses = Synapses(network, SIDE)
    before = {name: mask.clone() for name, mask in synapses.masks.items()}
    with torch.no_grad():
        for _, connection in synapses.connections():
            connection.weight.sub_(1)
    synapses.enforce()
    for _, connection in synapses.connections():
        gone = connection.weight[~before[connection.name]]
        assert torch.all(gone == 0) and not torch.signbit(gone).any()


def test_only_digits_are_counted(images: Images) -> None:
    assert count_operations(ResNet18(WIDTHS), images) is None
    assert count_operations(ResNet18(WIDTHS, activation=activation_of("qcfs", 4)), images) is None
    assert count_operations(sparse_network("qcfs"), images.slice(0, 0)) is None
