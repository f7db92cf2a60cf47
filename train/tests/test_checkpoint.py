from pathlib import Path
from typing import BinaryIO

import pytest
import torch
from conftest import run_of, trainer_of

from snnwasm_train.checkpoint import load_checkpoint
from snnwasm_train.errors import UserError
from snnwasm_train.files import write_atomically
from snnwasm_train.recipes import Recipe
from snnwasm_train.run import Run
from snnwasm_train.train import LATEST


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, lambda file: file.write(b"old"))

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise RuntimeError("out of something")

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="cannot write"):
        write_atomically(tmp_path / "file" / "inside", lambda file: file.write(b""))


def test_a_run_survives_its_checkpoint(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    run = run_of(recipe, folder)
    trainer_of(run, folder, tmp_path)
    assert load_checkpoint(tmp_path / LATEST).run == run
    assert Run.from_dict(run.to_dict()) == run


def test_refuses_what_is_not_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / LATEST
    with pytest.raises(UserError, match="there is no checkpoint"):
        load_checkpoint(path)
    for content in (b"", b"garbage", b"PK\x03\x04 not a zip"):
        path.write_bytes(content)
        with pytest.raises(UserError, match="not a checkpoint"):
            load_checkpoint(path)
    torch.save({"weights": torch.zeros(1)}, path)
    with pytest.raises(UserError, match="not a checkpoint"):
        load_checkpoint(path)
    torch.save({"format": 1, "run": {"recipe": {}}}, path)
    with pytest.raises(UserError, match="another version"):
        load_checkpoint(path)


def test_a_truncated_checkpoint_is_refused(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    trainer_of(run_of(recipe, folder), folder, tmp_path)
    path = tmp_path / LATEST
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match="not a checkpoint"):
        load_checkpoint(path)
