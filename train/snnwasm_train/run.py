"""What identifies a training run: all that its weights depend on, apart from the machine."""

from dataclasses import asdict, dataclass
from typing import Any

from .activation import activation_of
from .data import CLASSES
from .errors import UserError
from .network import BLOCKS, FINAL, ResNet18
from .recipes import Recipe


@dataclass(frozen=True)
class Run:
    """Two runs that are equal here follow the same trajectory; a checkpoint belongs to one of them."""

    recipe: Recipe
    seed: int
    widths: tuple[int, ...]
    heads: dict[str, int]
    holdout: int
    data_sha256: str
    init_sha256: str | None
    teacher_sha256: str | None = None

    def network(self) -> ResNet18:
        """The run's network, not yet initialised."""
        activation = activation_of(self.recipe.activation, self.recipe.levels)
        return ResNet18(self.widths, self.heads, CLASSES, activation)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(values: dict[str, Any]) -> "Run":
        recipe = Recipe(**values["recipe"])
        return Run(**{**values, "recipe": recipe, "widths": tuple(values["widths"])})

    def differences(self, other: "Run") -> list[str]:
        """`seed 2, not 1`, one entry for each value in which `other` differs from this run."""
        mine, theirs = _flat(self.to_dict()), _flat(other.to_dict())
        return [f"{key} {theirs.get(key)}, not {mine.get(key)}" for key in mine if mine[key] != theirs.get(key)]


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    recipe = {f"recipe {key}": value for key, value in values["recipe"].items()}
    return {**{k: v for k, v in values.items() if k != "recipe"}, **recipe}


def parse_heads(text: str) -> dict[str, int]:
    """`all`, `none`, or block counts with optional names: `5`, `2,5,7`, `a:2,b:5`."""
    if text == "none":
        return {}
    if text == "all":
        return {str(block): block for block in range(1, BLOCKS)}
    heads: dict[str, int] = {}
    for item in text.split(","):
        name, _, block = item.strip().rpartition(":")
        name = name or block
        if not block.isdecimal() or not 1 <= int(block) < BLOCKS:
            raise UserError(f"--heads {text}: '{item}' does not name a block from 1 to {BLOCKS - 1}")
        if not name.isalnum() or name == FINAL or name in heads:
            raise UserError(f"--heads {text}: '{name}' cannot be the name of an internal head here")
        heads[name] = int(block)
    return heads
