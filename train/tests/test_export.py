from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import TINY_WIDTHS, run_of, trainer_of
from safetensors.torch import save_file

from snnwasm_train.checkpoint import Checkpoint, load_checkpoint
from snnwasm_train.data import normalise, read_images
from snnwasm_train.errors import UserError
from snnwasm_train.export import export
from snnwasm_train.fixture import write_fixture
from snnwasm_train.network import ResNet18
from snnwasm_train.opening import open_network
from snnwasm_train.recipes import MODERN
from snnwasm_train.train import LATEST, train
from snnwasm_train.weights import load_weights, own_tensors, read_weights, write_weights

CPU = torch.device("cpu")


def trained(folder: Path, out: Path, activation: str = "relu") -> Checkpoint:
    levels = 4 if activation == "qcfs" else 0
    recipe = replace(MODERN, epochs=1, batch_size=100, activation=activation, levels=levels)
    assert train(trainer_of(run_of(recipe, folder, holdout=100), folder, out))
    return load_checkpoint(out / LATEST)


@pytest.fixture(scope="module", params=["relu", "qcfs"])
def checkpoint(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return trained(folder, tmp_path_factory.mktemp("run"), request.param)


def test_the_exported_network_gives_the_same_logits(tmp_path: Path, folder: Path, checkpoint: Checkpoint) -> None:
    path = tmp_path / "network.safetensors"
    export(checkpoint, path, folder, CPU, "float32")
    original = checkpoint.run.network().eval()
    original.load_state_dict(checkpoint.result)
    reloaded = open_network(path).eval()
    images = normalise(read_images(folder / "test.bin").pixels[:8])
    with torch.no_grad():
        for (name, expected), (other, values) in zip(original(images).items(), reloaded(images).items(), strict=True):
            assert name == other and torch.equal(expected, values)


def test_metadata(tmp_path: Path, folder: Path, checkpoint: Checkpoint) -> None:
    path = tmp_path / "network.safetensors"
    returned = export(checkpoint, path, folder, CPU, test_records=100, train_records=50)
    tensors, metadata = read_weights(path)
    assert metadata == returned
    assert metadata["architecture"] == "resnet18-cifar"
    assert metadata["widths"] == list(TINY_WIDTHS)
    assert metadata["inputShape"] == [3, 32, 32] and metadata["strides"] == [1, 1, 2, 1, 2, 1, 2, 1]
    assert metadata["heads"] == [{"name": "2", "block": 2}, {"name": "5", "block": 5}, {"name": "final", "block": 8}]
    assert metadata["labels"][3] == "label_3" and len(metadata["labels"]) == 100
    assert metadata["batchNormEpsilon"] == 1e-5
    assert (metadata["recipe"], metadata["seed"], metadata["dataSha256"]) == ("modern", 1, checkpoint.run.data_sha256)
    assert {n: a["records"] for n, a in metadata["accuracies"].items()} == {"test": 100, "train": 50, "holdout": 100}
    assert set(metadata["accuracies"]["test"]["heads"]) == {"2", "5", "final"}
    assert tensors["stem.conv.weight"].dtype == torch.float16
    assert tensors["stem.bn.running_var"].dtype == torch.float32
    if metadata["activation"] == "qcfs":
        network = checkpoint.run.network()
        network.load_state_dict(checkpoint.result)
        assert metadata["activationLevels"] == 4
        assert metadata["activationThresholds"]["blocks.3.conv1"] == network.blocks[3].act1.threshold.item()
        assert len(metadata["activationThresholds"]) == 17
    else:
        assert "activationThresholds" not in metadata
    assert not any("threshold" in name or "tracked" in name for name in tensors)


def test_float16_rounds_matrices_only(tmp_path: Path, folder: Path, checkpoint: Checkpoint) -> None:
    export(checkpoint, tmp_path / "n.safetensors", folder, CPU, "float16")
    tensors, _ = read_weights(tmp_path / "n.safetensors")
    for name, tensor in tensors.items():
        expected = checkpoint.result[name]
        assert torch.equal(tensor, expected.half() if expected.dim() > 1 else expected)


def test_refuses_other_data(tmp_path: Path, folder: Path, checkpoint: Checkpoint) -> None:
    other = replace(checkpoint, run=replace(checkpoint.run, data_sha256="0"))
    with pytest.raises(UserError, match="not the file that this network was trained on"):
        export(other, tmp_path / "n.safetensors", folder, CPU)


def test_an_exported_network_starts_another_run(tmp_path: Path, folder: Path, checkpoint: Checkpoint) -> None:
    """With fewer heads; learnt thresholds are taken over, not calibrated again."""
    path = tmp_path / "network.safetensors"
    export(checkpoint, path, folder, CPU, "float32")
    run = replace(checkpoint.run, heads={"5": 5}, init_sha256="x")
    trainer = trainer_of(run, folder, tmp_path / "next", init=path)
    state = trainer.network.state_dict()
    assert "heads.2.weight" not in state
    assert all(torch.equal(tensor, checkpoint.result[name]) for name, tensor in state.items() if "tracked" not in name)


def test_opens_a_network_without_metadata(tmp_path: Path) -> None:
    network = ResNet18(TINY_WIDTHS, {"3": 3})
    path = tmp_path / "plain.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in own_tensors(network).items()}, path)
    opened = open_network(path)
    assert opened.widths == TINY_WIDTHS and opened.head_blocks == {"3": 3, "final": 8}
    assert torch.equal(opened.heads["3"].weight, network.heads["3"].weight)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda t: t.pop("stem.bn.bias"), "lacks stem.bn.bias"),
        (lambda t: t.update({"extra": torch.zeros(1)}), "has extra as well"),
        (lambda t: t.update({"stem.bn.bias": torch.zeros(3)}), r"stem.bn.bias has the shape \[3\], not \[16\]"),
    ],
)
def test_refuses_tensors_that_do_not_fit(tmp_path: Path, edit: object, reason: str) -> None:
    network = ResNet18(TINY_WIDTHS)
    tensors = {name: tensor.contiguous() for name, tensor in own_tensors(network).items()}
    edit(tensors)
    save_file(tensors, tmp_path / "n.safetensors")
    with pytest.raises(UserError, match=reason):
        load_weights(network, tmp_path / "n.safetensors")


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"architecture": "vgg"}, "holds a vgg, not a resnet18-cifar"),
        ({"architecture": "resnet18-cifar", "heads": []}, "KeyError"),
        ({"architecture": "resnet18-cifar", "heads": 5}, "TypeError"),
    ],
)
def test_refuses_metadata_that_describes_no_network(tmp_path: Path, metadata: dict[str, object], reason: str) -> None:
    write_weights(tmp_path / "n.safetensors", {"a": torch.zeros(1)}, metadata)
    with pytest.raises(UserError, match=reason):
        open_network(tmp_path / "n.safetensors")


def test_fixture_is_the_same_every_time_and_true(tmp_path: Path) -> None:
    first, second = write_fixture(tmp_path / "a", 1), write_fixture(tmp_path / "b", 1)
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
        assert one.stat().st_size < 150_000
    network = open_network(first[0]).eval()
    activations, _ = read_weights(first[1])
    assert len(activations) == 1 + 17 + 8
    with torch.no_grad():
        logits = network(activations["input"])
    for name, values in logits.items():
        torch.testing.assert_close(values, activations[f"heads.{name}"], rtol=1e-4, atol=1e-4)
    assert all((activations[name] > 0).float().mean() > 0.2 for name in activations if name.startswith("blocks"))
