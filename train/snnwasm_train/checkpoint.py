"""Checkpoints of a run in progress: written whole or not at all, read only by the run they belong to."""

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .errors import UserError
from .files import write_atomically
from .run import Run

FORMAT = 1


@dataclass
class Checkpoint:
    """Everything that the next step depends on.

    `step` counts finished steps: it gives the place within the epoch, the learning rate, and the
    state of all random numbers (rng.py). `history` has one entry for each evaluated epoch; `energy` is
    the state of energy.py.
    """

    run: Run
    step: int
    network: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    history: list[dict[str, Any]]
    energy: dict[str, dict[str, torch.Tensor]] = field(default_factory=dict)

    @property
    def result(self) -> dict[str, torch.Tensor]:
        """The state to export: averages where the recipe keeps them, else the weights themselves."""
        return {**self.network, **self.average} if self.run.recipe.ema_decay > 0 else self.network


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    values = {**vars(checkpoint), "run": checkpoint.run.to_dict(), "format": FORMAT}
    write_atomically(path, lambda file: torch.save(values, file))


def load_checkpoint(path: Path, device: torch.device | str = "cpu") -> Checkpoint:
    """Reads data only (no code is unpickled)."""
    try:
        values = torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError as error:
        raise UserError(f"there is no checkpoint {path}") from error
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise UserError(f"{path} is not a checkpoint of this program") from error
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise UserError(f"{path} is not a checkpoint of this program (format {FORMAT})")
    try:
        return Checkpoint(**{**values, "run": Run.from_dict(values["run"])})
    except (KeyError, TypeError) as error:
        raise UserError(f"{path} was written by another version of this program") from error


def require_same_run(path: Path, checkpoint: Checkpoint, run: Run) -> None:
    """Refuses a checkpoint of another recipe, seed, network or data set."""
    differences = run.differences(checkpoint.run)
    if differences:
        raise UserError(f"{path} belongs to another run ({'; '.join(differences)}): choose another --out")
