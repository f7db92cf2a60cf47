"""Binary digits of a quantised activation: what a neuron sends in radix coding."""

import torch

MAXIMUM_DIGITS = 8


def levels_of(digits: int) -> int:
    """The quantisation steps L = 2^b - 1 that b binary digits tell apart, beside zero."""
    return 2**digits - 1


def digits_of(levels: int) -> int | None:
    """The b of L = 2^b - 1, or None where digits do not fit these levels (L = 4) or are more than 8."""
    digits = levels.bit_length()
    return digits if 1 <= digits <= MAXIMUM_DIGITS and levels == levels_of(digits) else None


def ones(q: torch.Tensor, levels: int) -> torch.Tensor:
    """How many binary digits of each whole number from 0 to `levels` are 1, as uint8.

    Legendre's formula: q - floor(q / 2) - floor(q / 4) - ... Integer steps on bytes: many times as
    fast as looking every value up.
    """
    q = q.to(torch.uint8)
    count = q.clone()
    for shift in range(1, levels.bit_length()):
        count -= q >> shift
    return count
