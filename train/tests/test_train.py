import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import radix_recipe, run_of, trainer_of
from test_distillation import teacher_file

from snnwasm_train.checkpoint import load_checkpoint
from snnwasm_train.errors import UserError
from snnwasm_train.evaluate import accuracies
from snnwasm_train.recipes import QCFS, Recipe
from snnwasm_train.train import LATEST, train


def flat(values: object, prefix: str = "") -> dict[str, object]:
    """Every tensor and number of a checkpoint by its path."""
    if isinstance(values, dict):
        items = values.items()
    elif isinstance(values, (list, tuple)):
        items = enumerate(values)
    else:
        return {prefix: values}
    return {key: value for name, inner in items for key, value in flat(inner, f"{prefix}/{name}").items()}


def assert_same(first: Path, second: Path) -> None:
    one, two = (flat({**vars(load_checkpoint(path)), "run": None}) for path in (first, second))
    assert one.keys() == two.keys()
    for name, value in one.items():
        same = torch.equal(value, two[name]) if isinstance(value, torch.Tensor) else value == two[name]
        assert same, name


class StopAfter:
    """Raises SIGTERM in its own process after so many progress lines (one a step)."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def __call__(self, text: str) -> None:
        if text.startswith("epoch") and "step" in text:
            self.left -= 1
            if self.left == 0:
                signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("kind", ["relu", "qcfs", "radix", "taught radix"])
def test_a_run_in_sittings_equals_a_run_at_once(tmp_path: Path, folder: Path, recipe: Recipe, kind: str) -> None:
    """Stopped within the first epoch, within the second, and while judging the last: the same bits."""
    if kind == "qcfs":
        recipe = replace(recipe, activation=QCFS.activation, levels=QCFS.levels)
    elif kind != "relu":
        recipe = radix_recipe(recipe)
    teacher = None
    if kind == "taught radix":
        teacher = tmp_path / "teacher.safetensors"
        teacher_file(teacher)
        recipe = replace(recipe, teacher_weight=0.7, teacher_temperature=1.5)
    run = run_of(recipe, folder)
    whole = trainer_of(run, folder, tmp_path / "whole", teacher=teacher)
    assert train(whole)
    assert whole.step == 6 and [entry["epoch"] for entry in whole.history] == [1, 2]

    sittings = tmp_path / "sittings"
    finished, steps = False, []
    while not finished:
        trainer = trainer_of(run, folder, sittings, StopAfter(2), teacher=teacher)
        finished = train(trainer)
        steps.append(trainer.step)
    assert steps == [2, 4, 6, 6]
    assert_same(tmp_path / "whole" / LATEST, sittings / LATEST)


def test_a_killed_run_goes_on_from_its_last_checkpoint(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    run = run_of(recipe, folder)
    whole = trainer_of(run, folder, tmp_path / "whole")
    assert train(whole)

    class Killed(Exception):
        pass

    def kill(text: str) -> None:
        if "step 2/3" in text:
            raise Killed

    with pytest.raises(Killed):
        train(trainer_of(run, folder, tmp_path / "killed", kill))
    assert load_checkpoint(tmp_path / "killed" / LATEST).step == 0
    assert train(trainer_of(run, folder, tmp_path / "killed"))
    assert_same(tmp_path / "whole" / LATEST, tmp_path / "killed" / LATEST)


def test_the_loss_falls(tmp_path: Path, folder: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """The images are noise, so they can only be learnt by heart: the same batch again and again."""
    trainer = trainer_of(run_of(recipe, folder), folder, tmp_path)
    batch = trainer.batch(torch.arange(300))
    monkeypatch.setattr(trainer, "batch", lambda order: batch)
    weights = {"2": 0.1, "5": 0.1, "final": 1.0}
    losses = [trainer.advance(torch.arange(300), weights).item() for _ in range(5)]
    assert losses[-1] < losses[0]


def test_the_average_is_what_is_judged_and_exported(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    trainer = trainer_of(run_of(recipe, folder), folder, tmp_path)
    assert train(trainer)
    saved = load_checkpoint(tmp_path / LATEST)
    assert not torch.equal(saved.network["stem.conv.weight"], saved.average["stem.conv.weight"])
    assert torch.equal(saved.result["stem.conv.weight"], saved.average["stem.conv.weight"])
    assert torch.equal(saved.result["stem.bn.running_var"], saved.average["stem.bn.running_var"])
    network = saved.run.network()
    network.load_state_dict(saved.result)
    assert accuracies(network, trainer.evaluation_set) == saved.history[-1]["accuracies"]


def test_matrices_decay_and_vectors_do_not(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    trainer = trainer_of(run_of(recipe, folder), folder, tmp_path)
    matrices, vectors = trainer.optimiser.param_groups
    assert matrices["weight_decay"] == recipe.weight_decay and all(p.dim() > 1 for p in matrices["params"])
    assert vectors["weight_decay"] == 0 and all(p.dim() <= 1 for p in vectors["params"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 2}, r"\(seed 1, not 2\)"),
        ({"heads": {"5": 5}}, r"heads \{'2': 2, '5': 5\}, not \{'5': 5\}"),
        ({"recipe": QCFS}, "recipe name modern, not qcfs"),
        ({"data_sha256": "0"}, "data_sha256"),
    ],
)
def test_refuses_the_checkpoint_of_another_run(
    tmp_path: Path, folder: Path, recipe: Recipe, change: dict[str, object], reason: str
) -> None:
    trainer_of(run_of(recipe, folder), folder, tmp_path)
    other = replace(run_of(recipe, folder), **change)
    with pytest.raises(UserError, match=reason) as caught:
        trainer_of(other, folder, tmp_path)
    assert "\n" not in str(caught.value)


def test_refuses_a_batch_larger_than_the_data(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    with pytest.raises(UserError, match="300 training records do not fill a batch of 301"):
        trainer_of(run_of(replace(recipe, batch_size=301), folder), folder, tmp_path)


def test_a_diverging_run_says_so(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    trainer = trainer_of(run_of(replace(recipe, peak_rate=1e30), folder), folder, tmp_path)
    with pytest.raises(UserError, match=r"the loss is (nan|inf)"):
        train(trainer)
