"""Augmentation of a whole batch at once, on the device that holds it.

All draws come from one CPU generator, so a step's augmentation is the same on every device.
"""

import math

import torch
import torch.nn.functional as F

PADDING = 4


def crop_and_flip(pixels: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """Pads with 4 black pixels, crops the old size at a random place, mirrors with probability 0.5.

    One gather does all three: every image has its own row and column indices into the padded batch.
    """
    count, _, height, width = pixels.shape
    padded = F.pad(pixels, (PADDING,) * 4)
    top = torch.randint(0, 2 * PADDING + 1, (count, 1), generator=random)
    left = torch.randint(0, 2 * PADDING + 1, (count, 1), generator=random)
    mirrored = torch.rand((count, 1), generator=random) < 0.5
    rows = top + torch.arange(height)
    columns = torch.arange(width)
    columns = left + torch.where(mirrored, columns.flip(0), columns)
    image = torch.arange(count, device=pixels.device)[:, None, None]
    gathered = padded[image, :, rows.to(pixels.device)[:, :, None], columns.to(pixels.device)[:, None, :]]
    return gathered.permute(0, 3, 1, 2)


def rotate(pixels: torch.Tensor, degrees: float, random: torch.Generator) -> torch.Tensor:
    """Turns every image by its own angle in [-degrees, degrees]: bilinear, black outside."""
    angle = (torch.rand(len(pixels), generator=random) * 2 - 1) * math.radians(degrees)
    zero = torch.zeros_like(angle)
    matrix = torch.stack(
        [
            torch.stack([angle.cos(), -angle.sin(), zero], dim=1),
            torch.stack([angle.sin(), angle.cos(), zero], dim=1),
        ],
        dim=1,
    ).to(pixels.device)
    grid = F.affine_grid(matrix, list(pixels.shape), align_corners=False)
    return F.grid_sample(pixels.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def one_hot(labels: torch.Tensor, classes: int) -> torch.Tensor:
    """Labels as probabilities [N, classes]; the form in which cutmix can mix them."""
    return F.one_hot(labels, classes).float()


def cutmix(
    images: torch.Tensor, targets: torch.Tensor, probability: float, random: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """CutMix (Yun et al., ICCV 2019): a box of another image, targets mixed by area.

    One box and one partner permutation serve the whole batch. The kept share is uniform in [0, 1],
    the paper's Beta(1, 1); the targets use the area that the clipped box really covers.
    """
    if torch.rand((), generator=random).item() >= probability:
        return images, targets
    count, _, height, width = images.shape
    side = math.sqrt(1 - torch.rand((), generator=random).item())
    centre_y, centre_x = (int(torch.randint(0, size, (), generator=random)) for size in (height, width))
    half_y, half_x = int(height * side) // 2, int(width * side) // 2
    top, bottom = max(centre_y - half_y, 0), min(centre_y + half_y, height)
    left, right = max(centre_x - half_x, 0), min(centre_x + half_x, width)
    partner = torch.randperm(count, generator=random).to(images.device)
    mixed = images.clone()
    mixed[:, :, top:bottom, left:right] = images[partner, :, top:bottom, left:right]
    covered = (bottom - top) * (right - left) / (height * width)
    return mixed, targets * (1 - covered) + targets[partner] * covered
