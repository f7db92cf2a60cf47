import pytest
import torch
from test_synapses import SIDE, sparse_network

from snnwasm_train.pruning import Worth, prune
from snnwasm_train.synapses import Synapses


def observed(synapses: Synapses) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Digits by neuron, some neurons silent, and squared gradients: made up."""
    random = torch.Generator().manual_seed(2)
    digits = {s.name: torch.rand(1, s.channels, s.side, s.side, generator=random) for s in synapses.sources}
    for sent in digits.values():
        sent[:, :3] = 0
    squares = {c.name: torch.rand(c.weight.shape, generator=random) for _, c in synapses.connections()}
    return digits, squares


def operations(synapses: Synapses, digits: dict[str, torch.Tensor], dense: bool = False) -> float:
    leaving = synapses.dense if dense else synapses.leaving
    return sum(float((leaving[name] * sent).double().sum()) for name, sent in digits.items())


@pytest.mark.parametrize("keep", [0.25, 0.1, 0.03])
def test_keeps_the_share_of_operations(keep: float) -> None:
    synapses = Synapses(sparse_network(), SIDE)
    digits, squares = observed(synapses)
    whole = operations(synapses, digits, dense=True)
    prune(synapses, digits, squares, keep)
    assert keep - 1e-4 < operations(synapses, digits) / whole <= keep + 1e-6
    assert all(torch.equal(c.weight != 0, synapses.masks[c.name]) for _, c in synapses.connections())


def test_step_by_step_nothing_comes_back() -> None:
    synapses = Synapses(sparse_network(), SIDE)
    digits, squares = observed(synapses)
    for keep in (0.2, 0.25, 0.1):
        before = {name: mask.clone() for name, mask in synapses.masks.items()}
        count = synapses.existing
        with torch.no_grad():
            for _, connection in synapses.connections():
                connection.weight.add_(0.01)  # what an optimiser would do, before zeros are enforced
        prune(synapses, digits, squares, keep)
        assert all(not (mask & ~before[name]).any() for name, mask in synapses.masks.items())
        synapses.enforce()
        assert all(torch.all(c.weight[~synapses.masks[c.name]] == 0) for _, c in synapses.connections())
        # 0.25 after 0.2 is no more than what is left already: nothing goes.
        assert (synapses.existing == count) if keep == 0.25 else (synapses.existing < count)


def test_the_least_worth_for_its_cost_goes_first() -> None:
    synapses = Synapses(sparse_network(), SIDE)
    digits, squares = observed(synapses)
    before = {name: mask.clone() for name, mask in synapses.masks.items()}
    weights = {c.name: c.weight.detach().clone() for _, c in synapses.connections()}
    prune(synapses, digits, squares, 0.1)
    stays, goes = [], []
    for source, connection in synapses.connections():
        name = connection.name
        worth = weights[name] ** 2 * squares[name] / (connection.sent(digits[source.name]) + 1e-9)
        stays.append(worth[synapses.masks[name]].min())
        goes.append(worth[before[name] & ~synapses.masks[name]].max())
    assert min(stays) >= max(goes)


def test_worth_is_a_running_mean_of_squared_gradients() -> None:
    synapses = Synapses(sparse_network(), SIDE)
    worth = Worth(synapses)
    for value in (2.0, 4.0):
        for _, connection in synapses.connections():
            connection.weight.grad = torch.full_like(connection.weight, value)
        worth.learn()
    for square in worth.squares.values():
        torch.testing.assert_close(square, torch.full_like(square, 0.95 * (0.05 * 4) + 0.05 * 16))
