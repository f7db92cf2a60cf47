import pytest
import torch

from snnwasm_train.digits import digits_of, levels_of, ones


@pytest.mark.parametrize("digits", range(1, 9))
def test_ones_are_those_of_the_binary_number(digits: int) -> None:
    levels = levels_of(digits)
    q = torch.arange(levels + 1.0)
    assert ones(q, levels).tolist() == [bin(value).count("1") for value in range(levels + 1)]
    assert digits_of(levels) == digits


def test_levels_that_are_no_digits() -> None:
    assert [digits_of(levels) for levels in (0, 2, 4, 6, 511)] == [None] * 5
