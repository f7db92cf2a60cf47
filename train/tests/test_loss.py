import math
from dataclasses import replace

import pytest
import torch

from snnwasm_train.flops import flop_shares, flops_up_to
from snnwasm_train.loss import head_weights, tau, total_loss
from snnwasm_train.network import ResNet18
from snnwasm_train.recipes import FINETUNE, MODERN, PAPER
from snnwasm_train.run import parse_heads

# Multiply-accumulates of the full-width network, from its shapes.
STEM = 32 * 32 * 9 * 3 * 64
PLAIN = 2 * 32 * 32 * 9 * 64 * 64  # a block that keeps its shape; the same in every stage
OPENING = 16 * 16 * (9 * 64 * 128 + 9 * 128 * 128 + 64 * 128)  # a block that opens a stage


@pytest.fixture(scope="module")
def full() -> ResNet18:
    return ResNet18(heads=parse_heads("all"))


def test_flops_by_hand(full: ResNet18) -> None:
    flops = flops_up_to(full)
    assert flops["1"] == 2 * (STEM + PLAIN + 64 * 100)
    assert flops["5"] == 2 * (STEM + 3 * PLAIN + 2 * OPENING + 256 * 100) == 691_456_000
    assert flops["final"] == 2 * (STEM + 5 * PLAIN + 3 * OPENING + 512 * 100) == 1_110_937_600


def test_c_of_equation_21(full: ResNet18) -> None:
    shares = flop_shares(full)
    assert shares["5"] == pytest.approx(691_456_000 / 1_110_937_600)
    assert shares["final"] == 1
    assert list(shares) == ["1", "2", "3", "4", "5", "6", "7", "final"]
    assert full.training


def test_tau_of_equation_20() -> None:
    assert tau(0, 120, 0.62) == 0.01
    assert tau(60, 120, 0.62) == pytest.approx(0.01 + 0.5 * 0.61)
    assert tau(120, 120, 0.62) == pytest.approx(0.62)
    assert tau(3, 4, 1.0, start=1.0) == 1.0


def test_paper_weights_for_one_head() -> None:
    weights = head_weights(PAPER, {"5": 0.6224, "final": 1}, {"5": 5, "final": 8}, epoch=30)
    assert weights == {"final": 1.0, "5": pytest.approx(0.01 + 30 / 120 * (0.6224 - 0.01))}


def test_paper_weights_for_two_heads_are_averaged() -> None:
    weights = head_weights(PAPER, {"2": 0.3, "5": 0.6, "final": 1}, {"2": 2, "5": 5, "final": 8}, epoch=120)
    assert weights == {"final": 1.0, "2": pytest.approx(0.15), "5": pytest.approx(0.3)}


def test_depth_weights() -> None:
    blocks = {"1": 1, "7": 7, "final": 8}
    shares = {"1": 0.1, "7": 0.9, "final": 1.0}
    weights = head_weights(FINETUNE, shares, blocks, epoch=0)
    assert weights == {"final": 1.0, "1": pytest.approx(0.3 / 8), "7": pytest.approx(0.3 * 7 / 8)}
    rising = head_weights(replace(MODERN, epochs=10), shares, blocks, epoch=5)
    assert rising["7"] == pytest.approx(0.3 * 7 / 8 * (0.01 + 0.5 * 0.99))


def test_no_internal_head_leaves_the_final_loss() -> None:
    assert head_weights(PAPER, {"final": 1.0}, {"final": 8}, epoch=50) == {"final": 1.0}


def test_total_loss_by_hand() -> None:
    """Two classes. Final: logits (0, ln 3), so p = (1/4, 3/4). Internal: logits (0, 0), so p = 1/2."""
    logits = {"5": torch.zeros(1, 2), "final": torch.tensor([[0.0, math.log(3)]])}
    target = torch.tensor([[0.0, 1.0]])
    plain = total_loss(logits, target, {"final": 1.0, "5": 0.4}, label_smoothing=0.0)
    assert plain.item() == pytest.approx(-math.log(3 / 4) + 0.4 * math.log(2), rel=1e-6)
    smooth = total_loss(logits, target, {"final": 1.0, "5": 0.0}, label_smoothing=0.1)
    assert smooth.item() == pytest.approx(-0.95 * math.log(3 / 4) - 0.05 * math.log(1 / 4), rel=1e-6)


def test_total_loss_of_mixed_targets_is_the_mixture() -> None:
    logits = {"final": torch.randn(4, 5)}
    first, second = torch.eye(5)[[0, 1, 2, 3]], torch.eye(5)[[4, 3, 2, 1]]
    weights = {"final": 1.0}
    mixed = total_loss(logits, 0.7 * first + 0.3 * second, weights, 0.1)
    apart = 0.7 * total_loss(logits, first, weights, 0.1) + 0.3 * total_loss(logits, second, weights, 0.1)
    torch.testing.assert_close(mixed, apart)
