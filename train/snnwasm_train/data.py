"""Reads CIFAR-100 in its binary version: records of 3,074 bytes, kept whole in memory as uint8.

A record is one coarse label, one fine label and 3,072 pixels (32x32; red, green, blue plane, row-major).
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .errors import UserError

MEAN = (0.5071, 0.4865, 0.4409)
STD = (0.2673, 0.2564, 0.2762)
SIDE = 32
PIXELS = 3 * SIDE * SIDE
RECORD = 2 + PIXELS
CLASSES = 100


@dataclass(frozen=True)
class Images:
    """A batch or a whole data set: pixels uint8 [N, 3, 32, 32] and fine labels int64 [N]."""

    pixels: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> "Images":
        return Images(self.pixels.to(device), self.labels.to(device))

    def slice(self, start: int, end: int) -> "Images":
        return Images(self.pixels[start:end], self.labels[start:end])


def default_folder() -> Path:
    """SNNWASM_CIFAR100, or shared/cifar-100-binary beside the repository."""
    named = os.environ.get("SNNWASM_CIFAR100")
    if named:
        return Path(named)
    repository = Path(__file__).resolve().parents[2]
    return repository.parent / "shared" / "cifar-100-binary"


def read_images(path: Path) -> Images:
    """All records of train.bin or test.bin; any number of whole records is accepted."""
    try:
        raw = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise UserError(
            f"cannot read {path}: {error.strerror} (--data or SNNWASM_CIFAR100 names the folder "
            "that holds train.bin and test.bin of CIFAR-100's binary version)"
        ) from error
    if raw.size == 0 or raw.size % RECORD != 0:
        raise UserError(f"{path} has {raw.size} bytes, which is not a whole number of {RECORD}-byte records")
    records = raw.reshape(-1, RECORD)
    labels = torch.from_numpy(records[:, 1].astype(np.int64))
    if int(labels.max()) >= CLASSES:
        raise UserError(f"{path} holds the label {int(labels.max())}: not CIFAR-100's binary version")
    pixels = torch.from_numpy(records[:, 2:].reshape(-1, 3, SIDE, SIDE).copy())
    return Images(pixels, labels)


def read_label_names(folder: Path) -> list[str]:
    """The 100 names of the fine labels, in the order of their numbers."""
    path = folder / "fine_label_names.txt"
    try:
        names = path.read_text(encoding="utf-8").split()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    if len(names) != CLASSES:
        raise UserError(f"{path} holds {len(names)} names, not {CLASSES}")
    return names


def file_sha256(path: Path) -> str:
    """Identifies the data, or the checkpoint, that a network came from."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """(pixel / 255 - mean) / std per channel, float32, channels last in memory."""
    mean = torch.tensor(MEAN, device=pixels.device).view(1, 3, 1, 1)
    std = torch.tensor(STD, device=pixels.device).view(1, 3, 1, 1)
    normal = (pixels.float() / 255 - mean) / std
    return normal.contiguous(memory_format=torch.channels_last)
