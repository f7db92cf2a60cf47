import math

import pytest
import torch

from snnwasm_train.activation import activation_of
from snnwasm_train.network import ResNet18, activation_names, initialise
from snnwasm_train.qcfs import QCFS, calibrate_thresholds
from snnwasm_train.rng import generator


def qcfs(levels: int, threshold: float) -> QCFS:
    module = QCFS(levels)
    with torch.no_grad():
        module.threshold.fill_(threshold)
    return module


@pytest.mark.parametrize("levels", [1, 4, 8])
@pytest.mark.parametrize("threshold", [0.5, 1.0, 3.0])
def test_forward_is_the_formula(levels: int, threshold: float) -> None:
    xs = [i / 64 for i in range(-128, 385)]
    result = qcfs(levels, threshold)(torch.tensor(xs))
    for x, y in zip(xs, result.tolist(), strict=True):
        # The exact formula; a value on the edge of a step may fall to either side in float32.
        edges = (x * levels / threshold + 0.5) % 1
        if min(edges, 1 - edges) < 1e-5:
            continue
        expected = threshold * min(max(math.floor(x * levels / threshold + 0.5) / levels, 0), 1)
        assert y == pytest.approx(expected, abs=1e-6)


def test_gradients_pass_straight_through_and_reach_the_threshold() -> None:
    module = qcfs(4, 2.0)
    x = torch.tensor([-1.0, 0.9, 1.3, 5.0], requires_grad=True)
    module(x).sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 1.0, 0.0]
    # d/d lambda: 0 below, quantised minus exact share inside (0.5 - 0.45, 0.75 - 0.65), 1 above.
    assert module.threshold.grad.item() == pytest.approx(0 + (0.5 - 0.45) + (0.75 - 0.65) + 1)


def test_calibration_sets_the_quantile_and_leaves_the_rest() -> None:
    network = ResNet18((4, 6, 8, 10), classes=10, activation=activation_of("qcfs", 4))
    initialise(network, generator(1, "weights"))
    before = {n: t.clone() for n, t in network.state_dict().items() if not n.endswith(".threshold")}
    images = torch.randn(16, 3, 32, 32)
    calibrate_thresholds(network, images)
    stem = torch.nn.functional.batch_norm(
        network.stem.conv(images), None, None, network.stem.bn.weight, network.stem.bn.bias, training=True
    )
    values = stem.relu().flatten().sort().values
    expected = values[round(0.999 * len(values)) - 1].item()
    layers = activation_names(network)
    assert layers["stem"].threshold.item() == pytest.approx(expected, rel=1e-4)
    assert len({act.threshold.item() for act in layers.values()}) == 17
    after = network.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
