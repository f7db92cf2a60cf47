import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from conftest import TINY_WIDTHS, run_of, trainer_of

from snnwasm_train.data import CLASSES
from snnwasm_train.distillation import Teacher, distillation
from snnwasm_train.errors import UserError
from snnwasm_train.network import ResNet18, initialise
from snnwasm_train.recipes import Recipe
from snnwasm_train.rng import generator
from snnwasm_train.weights import exported_tensors, write_weights

CPU = torch.device("cpu")


def teacher_file(path: Path, classes: int = CLASSES) -> ResNet18:
    network = ResNet18(TINY_WIDTHS, classes=classes)
    initialise(network, generator(9, "teacher"))
    metadata = {
        "architecture": "resnet18-cifar",
        "widths": list(TINY_WIDTHS),
        "heads": [{"name": "final", "block": 8}],
        "labels": [str(label) for label in range(classes)],
        "activation": "relu",
    }
    write_weights(path, exported_tensors(network, torch.float32), metadata)
    return network.eval()


def test_the_correction_by_hand() -> None:
    """Two classes: the learner says (0, ln 9), softened by T = 2 (1/4, 3/4); the teacher (1/2, 1/2)."""
    logits, taught = torch.tensor([[0.0, math.log(9)]]), torch.zeros(1, 2)
    target = torch.tensor([[0.0, 1.0]])
    soft = -0.5 * math.log(1 / 4) - 0.5 * math.log(3 / 4)
    expected = 0.7 * (4 * soft + math.log(0.9))
    assert distillation(logits, taught, target, 0.0, 0.7, 2.0).item() == pytest.approx(expected, rel=1e-5)


def test_weight_1_leaves_the_teacher_alone() -> None:
    logits, taught, target = torch.randn(4, 5), torch.randn(4, 5), torch.eye(5)[:4]
    loss = F.cross_entropy(logits, target, label_smoothing=0.1) + distillation(logits, taught, target, 0.1, 1.0, 1.5)
    expected = 1.5**2 * F.cross_entropy(logits / 1.5, F.softmax(taught / 1.5, 1))
    torch.testing.assert_close(loss, expected)


def test_the_teacher_answers_in_evaluation_and_learns_nothing(tmp_path: Path) -> None:
    network = teacher_file(tmp_path / "teacher.safetensors")
    teacher = Teacher(tmp_path / "teacher.safetensors", 0.7, 1.5, CPU, torch.float32)
    images, logits = torch.randn(3, 3, 32, 32), torch.randn(3, CLASSES, requires_grad=True)
    target = torch.eye(CLASSES)[:3]
    with torch.no_grad():
        taught = network(images)["final"]
    expected = distillation(logits, taught, target, 0.1, 0.7, 1.5)
    result = teacher.correction(images, logits, target, 0.1)
    torch.testing.assert_close(result, expected, rtol=1e-4, atol=1e-4)
    result.backward()
    assert logits.grad is not None and all(p.grad is None for p in teacher.network.parameters())


def test_the_final_loss_of_a_run_is_the_mixture(tmp_path: Path, folder: Path, recipe: Recipe) -> None:
    teacher_file(tmp_path / "teacher.safetensors")
    taught = replace(recipe, teacher_weight=0.7, teacher_temperature=1.5)
    plain = trainer_of(run_of(recipe, folder), folder, tmp_path / "plain")
    run = run_of(taught, folder, teacher_sha256="x")
    trainer = trainer_of(run, folder, tmp_path / "taught", teacher=tmp_path / "teacher.safetensors")
    images, targets = trainer.batch(torch.arange(300))
    with torch.no_grad():
        logits = plain.network(images)["final"]
    correction = trainer.teacher.correction(images, logits, targets, recipe.label_smoothing)
    weights = {"2": 0.1, "5": 0.1, "final": 1.0}
    losses = [each.advance(torch.arange(300), weights) for each in (plain, trainer)]
    torch.testing.assert_close(losses[1], losses[0] + correction, rtol=1e-4, atol=1e-4)


def test_refuses_a_teacher_of_other_classes(tmp_path: Path) -> None:
    teacher_file(tmp_path / "teacher.safetensors", classes=10)
    with pytest.raises(UserError, match="10 classes apart, not CIFAR-100's 100"):
        Teacher(tmp_path / "teacher.safetensors", 0.7, 1.5, CPU, torch.float32)
