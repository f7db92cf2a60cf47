from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import radix_recipe, run_of, trainer_of

from snnwasm_train.checkpoint import load_checkpoint
from snnwasm_train.choices import parse_course, parse_pruning
from snnwasm_train.data import read_images
from snnwasm_train.energy import Energy, Free
from snnwasm_train.export import export
from snnwasm_train.opening import open_network
from snnwasm_train.operations import count_operations
from snnwasm_train.recipes import RADIX, Recipe
from snnwasm_train.train import LATEST, Trainer, train
from snnwasm_train.weights import read_weights

CPU = torch.device("cpu")
WEIGHTS = {"2": 0.1, "5": 0.1, "final": 1.0}


@pytest.fixture
def radix(recipe: Recipe) -> Recipe:
    return radix_recipe(recipe)


def zeros(trainer: Trainer) -> dict[str, torch.Tensor]:
    state = trainer.network.state_dict()
    return {name: state[name] == 0 for name in trainer.energy.synapses.masks}


def test_the_course_and_the_schedule_of_a_recipe() -> None:
    recipe = replace(RADIX, energy=3.0, energy_course=((0.0, 0.0), (0.1, 1.0), (0.5, 1.0), (0.6, 0.5)))
    values = [recipe.energy_at(step, 100) for step in (0, 5, 10, 30, 55, 60, 99)]
    assert values == pytest.approx([0, 1.5, 3, 3, 2.25, 1.5, 1.5])
    assert replace(RADIX, pruning=((0.25, 0.7), (0.5, 0.5))).prunings(390) == {97: 0.7, 195: 0.5}
    assert [RADIX.energy_at(step, 1560) for step in (500, 1000, 1300)] == [3.0, 4.0, 1.0]
    assert list(RADIX.prunings(1560).values()) == [0.7, 0.5, 0.4, 0.3]


def test_schedules_as_they_are_written() -> None:
    assert parse_pruning("0.25:0.7,0.5:0.5") == ((0.25, 0.7), (0.5, 0.5)) and parse_pruning("none") == ()
    assert parse_course("0:0,0.1:1,1:2") == ((0.0, 0.0), (0.1, 1.0), (1.0, 2.0))
    assert parse_course("constant") == ((0.0, 1.0),)


def test_other_recipes_pay_nothing(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    trainer = trainer_of(run_of(recipe, folder), folder, tmp_path)
    assert type(trainer.energy) is Free and trainer.energy.penalty(0) == 0 and trainer.checkpoint().energy == {}


def test_the_penalty_is_the_price_times_the_operations_of_the_batch(
    tmp_path: Path, folder: Path, radix: Recipe
) -> None:
    trainer = trainer_of(run_of(radix, folder), folder, tmp_path)
    images, _ = trainer.batch(torch.arange(300))
    trainer.network(images)
    synapses = trainer.energy.synapses
    operations = sum(
        float((source.activation.digits * synapses.leaving[source.name]).sum()) for source in synapses.sources
    )
    assert trainer.energy.penalty(4).item() == pytest.approx(1.5 * operations / synapses.all, rel=1e-5)
    assert trainer.energy.report() == f"  {operations / synapses.all:.4f} operations a synapse"
    assert trainer.energy.report() == ""


def test_energy_lowers_the_operations(
    tmp_path: Path, folder: Path, radix: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same batches again; only the number differs."""
    spent = {}
    for energy in (0.0, 50.0):
        recipe = replace(radix, energy=energy, pruning=(), vector_rate=1.0, energy_course=((0.0, 1.0),))
        trainer = trainer_of(run_of(recipe, folder), folder, tmp_path / str(energy))
        batch = trainer.batch(torch.arange(300))
        monkeypatch.setattr(trainer, "batch", lambda order, batch=batch: batch)
        for _ in range(4):
            trainer.energy.report()
            trainer.advance(torch.arange(300), WEIGHTS)
        spent[energy] = float(trainer.energy.report().split()[0])
    assert spent[50.0] < 0.9 * spent[0.0]


def test_pruned_weights_stay_zero_in_the_network_and_its_average(tmp_path: Path, folder: Path, radix: Recipe) -> None:
    said: list[str] = []
    trainer = trainer_of(run_of(radix, folder), folder, tmp_path, said.append)
    kept = []
    while trainer.step < 6:
        trainer.advance(torch.arange(300), WEIGHTS)
        kept.append(trainer.energy.synapses.kept())
        gone = zeros(trainer)
        for name, mask in trainer.energy.synapses.masks.items():
            assert torch.equal(gone[name], ~mask) and torch.all(trainer.average.state[name][~mask] == 0)
    assert kept[0] == 1 and 1 > kept[1] == kept[2] > kept[3] == kept[4] == kept[5]
    assert [line.split(":")[0] for line in said if "pruned" in line] == [
        "pruned to 0.6 of the operations",
        "pruned to 0.4 of the operations",
    ]
    assert trainer.energy.state()["squares"] == {}  # not needed after the last pruning


def test_zeros_of_an_init_stay_zeros(tmp_path: Path, folder: Path, radix: Recipe) -> None:
    """A run goes on from another's network, and learns its other weights."""
    assert train(trainer_of(run_of(radix, folder), folder, tmp_path / "first"))
    path = tmp_path / "first.safetensors"
    export(load_checkpoint(tmp_path / "first" / LATEST), path, folder, CPU, "float32", 100, 100)
    run = run_of(replace(radix, pruning=()), folder, init_sha256="x")
    trainer = trainer_of(run, folder, tmp_path / "second", init=path)
    before = {name: mask.clone() for name, mask in zeros(trainer).items()}
    assert sum(int(mask.sum()) for mask in before.values()) > 50_000
    first = trainer.network.blocks[0].conv1.weight.detach().clone()
    assert train(trainer)
    assert all(torch.equal(mask, before[name]) for name, mask in zeros(trainer).items())
    assert not torch.equal(first, trainer.network.blocks[0].conv1.weight)
    result = trainer.checkpoint().result
    assert all(torch.all(result[name][mask] == 0) for name, mask in before.items())


def test_a_checkpoint_restores_masks_and_running_gradients(tmp_path: Path, folder: Path, radix: Recipe) -> None:
    trainer = trainer_of(run_of(radix, folder), folder, tmp_path)
    for _ in range(2):
        trainer.advance(torch.arange(300), WEIGHTS)
    trainer.save()
    again = trainer_of(run_of(radix, folder), folder, tmp_path)
    assert isinstance(again.energy, Energy)
    for kind, tensors in trainer.energy.state().items():
        assert tensors
        for name, tensor in tensors.items():
            assert torch.equal(tensor, again.energy.state()[kind][name])
    prices = [source.activation.price for source in again.energy.synapses.sources]
    for source, price in zip(trainer.energy.synapses.sources, prices, strict=True):
        assert torch.equal(source.activation.price, price)


def test_vectors_learn_at_their_own_rate(tmp_path: Path, folder: Path, radix: Recipe) -> None:
    trainer = trainer_of(run_of(radix, folder), folder, tmp_path)
    trainer.advance(torch.arange(300), WEIGHTS)
    matrices, vectors = (group["lr"] for group in trainer.optimiser.param_groups)
    assert vectors == 5 * matrices > 0


def test_the_exported_file_says_what_an_answer_costs(tmp_path: Path, folder: Path, radix: Recipe) -> None:
    assert train(trainer_of(run_of(radix, folder, teacher_sha256="t", init_sha256="i"), folder, tmp_path))
    path = tmp_path / "network.safetensors"
    export(load_checkpoint(tmp_path / LATEST), path, folder, CPU, "float16", 100, 100)
    tensors, metadata = read_weights(path)
    assert (metadata["activation"], metadata["activationLevels"]) == ("qcfs", 7)
    assert len(metadata["activationThresholds"]) == 17
    training = metadata["training"]
    assert (training["initSha256"], training["teacherSha256"]) == ("i", "t")
    assert training["recipe"]["pruning"] == [[0.3, 0.6], [0.5, 0.4]] and training["recipe"]["energy"] == 1.5
    counted = count_operations(open_network(path), read_images(folder / "test.bin"))
    assert counted is not None and metadata["operations"] == counted.to_dict()
    stated = metadata["operations"]
    assert (stated["coding"], stated["digits"], stated["records"]) == ("radix", 3, 100)
    assert 0 < stated["synapticOperations"] < stated["withZeroWeights"]
    weights = [t for n, t in tensors.items() if t.dim() == 4 and not n.startswith("stem")]
    share = sum(int((w != 0).sum()) for w in weights) / sum(w.numel() for w in weights)
    assert stated["shareOfWeightsKept"] == pytest.approx(share, abs=1e-6) and share < 0.6
