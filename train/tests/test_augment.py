import pytest
import torch
import torch.nn.functional as F

from snnwasm_train.augment import PADDING, crop_and_flip, cutmix, one_hot, rotate
from snnwasm_train.rng import generator


def distinct(count: int, side: int = 8) -> torch.Tensor:
    """Images whose pixels all differ, so that a crop tells where it was cut. No pixel is 0 (black)."""
    return torch.arange(1, count * 3 * side * side + 1, dtype=torch.int32).view(count, 3, side, side)


@pytest.mark.parametrize("seed", range(5))
def test_every_result_is_a_crop_of_its_own_padded_image(seed: int) -> None:
    images = distinct(6)
    result = crop_and_flip(images, generator(seed, "test"))
    assert result.shape == images.shape and result.dtype == images.dtype
    padded = F.pad(images, (PADDING,) * 4)
    for image, cropped in zip(padded, result, strict=True):
        crops = [
            image[:, top : top + 8, left : left + 8]
            for top in range(2 * PADDING + 1)
            for left in range(2 * PADDING + 1)
        ]
        assert any(torch.equal(cropped, crop) or torch.equal(cropped, crop.flip(2)) for crop in crops)


def test_about_half_are_mirrored_and_all_offsets_occur() -> None:
    row = torch.arange(1, 9, dtype=torch.int32).expand(2000, 3, 8, 8)
    result = crop_and_flip(row, generator(3, "test"))
    profile = result[:, 0].amax(1)  # at least four of its eight pixels are not black
    steps = torch.diff(profile, dim=1)
    mirrored = ((steps == -1).sum(1) > (steps == 1).sum(1)).float().mean().item()
    assert mirrored == pytest.approx(0.5, abs=0.05)
    black_rows = {int(n) for n in (result[:, 0].sum(2) == 0).sum(1)}
    assert black_rows == set(range(PADDING + 1))


def test_the_same_generator_gives_the_same_batch() -> None:
    images = distinct(4)
    first, second = (crop_and_flip(images, generator(1, "augment", 9)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, crop_and_flip(images, generator(1, "augment", 10)))


def test_rotation_by_nothing_changes_nothing() -> None:
    images = torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(rotate(images, 0.0, generator(1, "test")), images, atol=1e-5, rtol=0)


def test_rotation_keeps_the_middle_and_blackens_corners() -> None:
    white = torch.ones(64, 1, 32, 32)
    turned = rotate(white, 15.0, generator(1, "test"))
    assert turned.shape == white.shape
    rows, columns = torch.meshgrid(torch.arange(32) - 15.5, torch.arange(32) - 15.5, indexing="ij")
    inside = (rows**2 + columns**2).sqrt() < 15
    torch.testing.assert_close(turned[:, 0, inside], white[:, 0, inside])
    assert turned.min() >= 0 and turned.max() <= 1 + 1e-6
    assert (turned[:, 0, 0, 0] < 1).float().mean() > 0.8


def test_rotation_keeps_lengths() -> None:
    """A dot at 10 pixels from the centre stays at 10 pixels and moves by at most 15 degrees."""
    images = torch.zeros(50, 1, 33, 33)
    images[:, 0, 16, 26] = 1
    turned = rotate(images, 15.0, generator(2, "test"))[:, 0]
    weight = turned.sum((1, 2))
    rows = (turned.sum(2) * (torch.arange(33) - 16)).sum(1) / weight
    columns = (turned.sum(1) * (torch.arange(33) - 16)).sum(1) / weight
    radius, angle = (rows**2 + columns**2).sqrt(), torch.atan2(rows, columns).rad2deg()
    assert (radius - 10).abs().max() < 0.5
    assert angle.abs().max() < 15 + 2 and angle.abs().max() > 10


@pytest.mark.parametrize("seed", range(10))
def test_cutmix_targets_are_the_shares_of_the_pixels(seed: int) -> None:
    """Image n is filled with n, so the result's pixels say whose they are."""
    count, side = 8, 16
    images = torch.arange(count).float().view(-1, 1, 1, 1).expand(count, 3, side, side)
    targets = one_hot(torch.arange(count), count)
    mixed, shares = cutmix(images, targets, 1.0, generator(seed, "test"))
    assert torch.equal(images[:, 0, 0, 0], torch.arange(count).float())
    for index in range(count):
        for owner in range(count):
            expected = (mixed[index] == owner).float().mean()
            torch.testing.assert_close(shares[index, owner], expected, atol=1e-6, rtol=0)


def test_cutmix_with_probability_zero_changes_nothing() -> None:
    images, targets = torch.rand(4, 3, 8, 8), one_hot(torch.arange(4), 5)
    mixed, shares = cutmix(images, targets, 0.0, generator(1, "test"))
    assert mixed is images and shares is targets
