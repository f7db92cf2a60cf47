"""A synthetic CIFAR-100 of a few hundred records, and a network small enough to train in seconds."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from snnwasm_train.data import CLASSES, PIXELS, file_sha256, read_images
from snnwasm_train.recipes import MODERN, RADIX, Recipe
from snnwasm_train.run import Run
from snnwasm_train.train import Sitting, Trainer

TINY_WIDTHS = (16, 16, 32, 32)


def write_records(path: Path, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    records = np.empty((count, 2 + PIXELS), dtype=np.uint8)
    records[:, 0] = np.arange(count) % 20
    records[:, 1] = np.arange(count) % CLASSES
    records[:, 2:] = random.integers(0, 256, (count, PIXELS))
    records.tofile(path)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: 300 training and 100 test records of noise."""
    path = tmp_path_factory.mktemp("cifar")
    write_records(path / "train.bin", 300, seed=1)
    write_records(path / "test.bin", 100, seed=2)
    (path / "fine_label_names.txt").write_text("\n".join(f"label_{i}" for i in range(CLASSES)) + "\n")
    return path


@pytest.fixture
def recipe() -> Recipe:
    """Everything that `modern` does, and rotation, in two epochs of three steps."""
    return replace(MODERN, epochs=2, batch_size=100, peak_rate=0.05, plain_epochs=1, rotation=15.0)


def radix_recipe(recipe: Recipe) -> Recipe:
    """Three digits, operations that cost, and two prunings within the two epochs."""
    return replace(
        recipe,
        activation=RADIX.activation,
        levels=RADIX.levels,
        vector_rate=RADIX.vector_rate,
        energy=1.5,
        energy_course=((0.0, 0.0), (0.2, 1.0)),
        pruning=((0.3, 0.6), (0.5, 0.4)),
    )


def run_of(recipe: Recipe, folder: Path, **changes: object) -> Run:
    run = Run(
        recipe=recipe,
        seed=1,
        widths=TINY_WIDTHS,
        heads={"2": 2, "5": 5},
        holdout=0,
        data_sha256=file_sha256(folder / "train.bin"),
        init_sha256=None,
    )
    return replace(run, **changes)


def trainer_of(
    run: Run,
    folder: Path,
    out: Path,
    say: Callable[[str], None] = lambda text: None,
    init: Path | None = None,
    teacher: Path | None = None,
) -> Trainer:
    """Reports after every step."""
    sitting = Sitting(
        out=out,
        device=torch.device("cpu"),
        precision=torch.float32,
        init=init,
        teacher=teacher,
        progress_seconds=1e-9,
        say=say,
    )
    return Trainer(run, sitting, read_images(folder / "train.bin"), read_images(folder / "test.bin"))
