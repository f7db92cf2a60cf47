"""From the command line's options to a recipe: what they change, and what they may not."""

import argparse
from dataclasses import replace
from typing import Any

from .digits import levels_of
from .errors import UserError
from .recipes import RECIPES, Recipe

_FIELDS = {"epochs": "epochs", "batch_size": "batch_size", "rate": "peak_rate", "levels": "levels", "energy": "energy"}
_OWNERS = {"levels": "qcfs", "digits": "radix", "energy": "radix", "prune": "radix"}
_TEACHER_WEIGHT = 0.7
_TEACHER_TEMPERATURE = 1.5


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """The named recipe with what the command line changes in it."""
    for option, owner in _OWNERS.items():
        if getattr(options, option) is not None and options.recipe != owner:
            raise UserError(f"--{option} belongs to --recipe {owner}")
    _require_start(options)
    changes: dict[str, Any] = {
        field: getattr(options, option) for option, field in _FIELDS.items() if getattr(options, option) is not None
    }
    if options.digits is not None:
        changes["levels"] = levels_of(options.digits)
    if options.prune is not None:
        changes["pruning"] = parse_pruning(options.prune)
    return replace(RECIPES[options.recipe], **changes, **_teaching(options))


def _require_start(options: argparse.Namespace) -> None:
    if options.init is not None:
        return
    if options.recipe == "finetune":
        raise UserError("--recipe finetune starts from a trained network: --init FILE.safetensors")
    if options.recipe == "radix" and None in (options.epochs, options.rate):
        raise UserError(
            "--recipe radix starts from a trained network: --init FILE.safetensors "
            "(without one, give --epochs and --rate for training from random weights)"
        )


def _teaching(options: argparse.Namespace) -> dict[str, float]:
    given = {"teacher-weight": options.teacher_weight, "teacher-temperature": options.teacher_temperature}
    if options.teacher is None:
        for option, value in given.items():
            if value is not None:
                raise UserError(f"--{option} needs a teacher: --teacher FILE.safetensors")
        return {}
    return {
        "teacher_weight": options.teacher_weight or _TEACHER_WEIGHT,
        "teacher_temperature": options.teacher_temperature or _TEACHER_TEMPERATURE,
    }


def parse_pruning(text: str) -> tuple[tuple[float, float], ...]:
    """`none`, or SHARE:KEEP,...: at this share of the run, keep so much of the operations; later ones less."""
    if text == "none":
        return ()
    schedule: list[tuple[float, float]] = []
    for item in text.split(","):
        try:
            share, keep = (float(number) for number in item.split(":"))
        except ValueError as error:
            raise UserError(f"--prune {text}: '{item}' is not SHARE:KEEP, such as 0.5:0.7") from error
        if not (0 <= share < 1 and 0 < keep <= 1):
            raise UserError(f"--prune {text}: '{item}' needs a SHARE of the run below 1 and a KEEP above 0, at most 1")
        if schedule and (share <= schedule[-1][0] or keep >= schedule[-1][1]):
            raise UserError(f"--prune {text}: '{item}' must come later, and keep less, than the one before it")
        schedule.append((share, keep))
    return tuple(schedule)
