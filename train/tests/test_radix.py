import math

import pytest
import torch

from snnwasm_train import radix
from snnwasm_train.qcfs import QCFS
from snnwasm_train.radix import Coded, Radix

LEVELS = 7


def example() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, float]:
    """x, threshold, price, the gradient that reaches y, and the one that reaches the cost; in float64."""
    random = torch.Generator().manual_seed(3)
    x = torch.randn(6, 3, 4, 4, generator=random, dtype=torch.float64) + 0.6
    price = torch.rand(1, 3, 4, 4, generator=random, dtype=torch.float64)
    return x, torch.tensor(1.3, dtype=torch.float64), price, torch.randn(x.shape, generator=random).double(), 2.5


def surrogate(
    x: torch.Tensor, threshold: float, price: torch.Tensor, gy: torch.Tensor, gcost: float, rest: torch.Tensor
) -> float:
    """The smooth function whose gradient Coded gives: `rest` = q / L - c is what the floor adds, held fixed."""
    c = (x / threshold).clamp(0, 1)
    y = threshold * (c + rest)
    digits = 1 - torch.exp(-LEVELS * c) + c
    return float((gy * y).sum() + gcost * (price * digits.mean(0)).sum())


@pytest.mark.parametrize("cached", [1 << 19, 48, 100])
def test_gradients_are_those_of_the_surrogate(monkeypatch: pytest.MonkeyPatch, cached: int) -> None:
    """By central differences; in one part, in parts of one image, and in uneven parts."""
    monkeypatch.setattr(radix, "_CACHED", cached)
    x, threshold, price, gy, gcost = example()
    c = (x / threshold).clamp(0, 1)
    rest = (c * LEVELS + 0.5).floor() / LEVELS - c
    xs, theta = x.clone().requires_grad_(), threshold.clone().requires_grad_()
    y, cost, _ = Coded.apply(xs, theta, price, LEVELS)
    ((gy * y).sum() + gcost * cost).backward()

    def value(x: torch.Tensor, threshold: float) -> float:
        return surrogate(x, threshold, price, gy, gcost, rest)

    step = 1e-6
    t = float(threshold)
    assert theta.grad.item() == pytest.approx((value(x, t + step) - value(x, t - step)) / (2 * step), rel=1e-6)
    for index in range(0, x.numel(), 7):
        if min(abs(x.flatten()[index]), abs(x.flatten()[index] - t)) < 1e-4:
            continue  # on a corner of the clip
        moved = torch.zeros_like(x)
        moved.view(-1)[index] = step
        expected = (value(x + moved, t) - value(x - moved, t)) / (2 * step)
        assert xs.grad.flatten()[index].item() == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_values_are_qcfs_and_its_digits() -> None:
    module, plain = Radix(LEVELS), QCFS(LEVELS)
    with torch.no_grad():
        module.threshold.fill_(1.3)
        plain.threshold.fill_(1.3)
    x = example()[0].float()
    module.price = example()[2].float()
    y = module(x)
    assert torch.equal(y, plain(x))
    expected = torch.zeros(1, 3, 4, 4)
    for image in range(len(x)):
        for place in torch.cartesian_prod(*(torch.arange(n) for n in x.shape[1:])).tolist():
            c = min(max(x[(image, *place)].item() / 1.3, 0), 1)
            expected[(0, *place)] += bin(math.floor(LEVELS * c + 0.5)).count("1") / len(x)
    torch.testing.assert_close(module.digits, expected)
    assert module.cost.item() == pytest.approx((module.price * expected).sum().item(), rel=1e-6)


def test_without_a_price_the_gradients_are_those_of_qcfs() -> None:
    x, _, price, gy, _ = example()
    results = []
    for module in (Radix(LEVELS), QCFS(LEVELS)):
        xs = x.float().requires_grad_()
        if isinstance(module, Radix):
            module.price = torch.zeros_like(price, dtype=torch.float32)
        y = module(xs)
        (gy.float() * y).sum().backward()
        results.append((xs.grad, module.threshold.grad))
    torch.testing.assert_close(results[0], results[1], rtol=1e-5, atol=1e-5)


def test_bf16_is_quantised_in_float32() -> None:
    module = Radix(255)
    module.price = torch.ones(1, 1, 1, 8)
    x = torch.linspace(0.01, 0.99, 8).view(1, 1, 1, 8).bfloat16().requires_grad_()
    y = module(x)
    assert y.dtype == torch.float32 and torch.equal(y, QCFS(255)(x.float()))
    assert torch.equal(QCFS(255)(x), y)
    y.sum().backward()
    assert x.grad.dtype == torch.bfloat16


def test_evaluation_counts_nothing() -> None:
    module = Radix(LEVELS).eval()
    module.price = torch.ones(1, 1, 1, 1)
    assert torch.equal(module(torch.full((1, 1, 1, 1), 0.5)), torch.full((1, 1, 1, 1), 4 / 7))
    assert module.cost is None and module.digits is None
