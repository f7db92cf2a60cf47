"""From the command line's options to a recipe: what they change, and what they may not."""

import argparse
from dataclasses import replace
from itertools import pairwise
from typing import Any

from .digits import levels_of
from .errors import UserError
from .recipes import RECIPES, Recipe

_FIELDS = {"epochs": "epochs", "batch_size": "batch_size", "rate": "peak_rate", "levels": "levels", "energy": "energy"}
_OWNERS = {"levels": "qcfs", "digits": "radix", "energy": "radix", "energy_course": "radix", "prune": "radix"}
_TEACHER_WEIGHT = 0.7
_TEACHER_TEMPERATURE = 1.5


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """The named recipe with what the command line changes in it."""
    for option, owner in _OWNERS.items():
        if getattr(options, option) is not None and options.recipe != owner:
            raise UserError(f"--{option.replace('_', '-')} belongs to --recipe {owner}")
    _require_start(options)
    changes: dict[str, Any] = {
        field: getattr(options, option) for option, field in _FIELDS.items() if getattr(options, option) is not None
    }
    if options.digits is not None:
        changes["levels"] = levels_of(options.digits)
    if options.prune is not None:
        changes["pruning"] = parse_pruning(options.prune)
    if options.energy_course is not None:
        changes["energy_course"] = parse_course(options.energy_course)
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
    schedule = _pairs("--prune", text, "SHARE:KEEP")
    if any(share == 1 for share, _ in schedule) or not all(0 < keep <= 1 for _, keep in schedule):
        raise UserError(f"--prune {text}: every SHARE must be below 1, and every KEEP above 0 and at most 1")
    if any(keep >= before for (_, before), (_, keep) in pairwise(schedule)):
        raise UserError(f"--prune {text}: each KEEP must be less than the one before it")
    return schedule


def parse_course(text: str) -> tuple[tuple[float, float], ...]:
    """`constant`, or SHARE:MULTIPLE,...: what --energy is multiplied by at shares of the run."""
    if text == "constant":
        return ((0.0, 1.0),)
    course = _pairs("--energy-course", text, "SHARE:MULTIPLE")
    if not all(0 <= multiple < float("inf") for _, multiple in course):
        raise UserError(f"--energy-course {text}: every MULTIPLE must be a number from 0")
    return course


def _pairs(option: str, text: str, form: str) -> tuple[tuple[float, float], ...]:
    """Comma-separated pairs of numbers, the first of each a share of the run and larger than the one before."""
    found: list[tuple[float, float]] = []
    for item in text.split(","):
        try:
            share, value = (float(number) for number in item.split(":"))
        except ValueError as error:
            raise UserError(f"{option} {text}: '{item}' is not {form}, such as 0.5:0.7") from error
        if not 0 <= share <= 1 or (found and share <= found[-1][0]):
            raise UserError(f"{option} {text}: '{item}' needs a SHARE from 0 to 1, later than the one before it")
        found.append((share, value))
    return tuple(found)
