from pathlib import Path

import numpy as np
import pytest
import torch

from snnwasm_train.data import (
    MEAN,
    RECORD,
    STD,
    default_folder,
    file_sha256,
    normalise,
    read_images,
    read_label_names,
)
from snnwasm_train.errors import UserError


def test_reads_fine_labels_and_pixels_in_their_order(folder: Path) -> None:
    images = read_images(folder / "train.bin")
    raw = np.fromfile(folder / "train.bin", dtype=np.uint8).reshape(-1, RECORD)
    assert len(images) == 300
    assert images.pixels.shape == (300, 3, 32, 32) and images.pixels.dtype == torch.uint8
    assert images.labels[7] == raw[7, 1]
    assert images.pixels[7, 2, 3, 4] == raw[7, 2 + 2 * 1024 + 3 * 32 + 4]
    assert len(images.slice(100, 250)) == 150


@pytest.mark.parametrize("size", [0, 1, RECORD - 1, RECORD + 1])
def test_refuses_a_file_of_another_size(tmp_path: Path, size: int) -> None:
    path = tmp_path / "train.bin"
    path.write_bytes(bytes(size))
    with pytest.raises(UserError, match=f"has {size} bytes, which is not a whole number of 3074-byte records"):
        read_images(path)


def test_refuses_labels_that_are_not_cifar_100s(tmp_path: Path) -> None:
    path = tmp_path / "train.bin"
    path.write_bytes(bytes([0, 100]) + bytes(RECORD - 2))
    with pytest.raises(UserError, match="label 100"):
        read_images(path)


def test_a_missing_file_says_which_and_how_to_name_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"test\.bin.*SNNWASM_CIFAR100"):
        read_images(tmp_path / "test.bin")
    with pytest.raises(UserError, match="cannot read"):
        file_sha256(tmp_path / "test.bin")


def test_label_names_are_a_hundred(folder: Path, tmp_path: Path) -> None:
    assert read_label_names(folder)[42] == "label_42"
    (tmp_path / "fine_label_names.txt").write_text("apple\nbaby\n")
    with pytest.raises(UserError, match="2 names, not 100"):
        read_label_names(tmp_path)


def test_normalise_per_channel() -> None:
    pixels = torch.tensor([0, 128, 255], dtype=torch.uint8).view(1, 3, 1, 1).expand(2, 3, 4, 4)
    normal = normalise(pixels)
    for channel, value in enumerate((0, 128, 255)):
        expected = (value / 255 - MEAN[channel]) / STD[channel]
        assert normal[1, channel, 2, 3].item() == pytest.approx(expected, abs=1e-6)
    assert normal.is_contiguous(memory_format=torch.channels_last)


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SNNWASM_CIFAR100", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("SNNWASM_CIFAR100")
    repository = Path(__file__).resolve().parents[2]
    assert default_folder() == repository.parent / "shared" / "cifar-100-binary"
