import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from snnwasm_train.checkpoint import load_checkpoint
from snnwasm_train.cli import main

TRAIN = ["train", "--width", "0.1", "--epochs", "2", "--batch-size", "100", "--heads", "5", "--threads", "1"]

RADIX = ["train", "--recipe", "radix", "--init", "nowhere.safetensors"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "snnwasm_train", *arguments]


def environment(folder: Path) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[1])
    return {**os.environ, "SNNWASM_CIFAR100": str(folder), "PYTHONPATH": root}


def test_wrong_arguments_as_a_process(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        command("train", "--data", str(tmp_path / "nowhere")), env=environment(folder), capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: cannot read") and done.stderr.count("\n") == 1


def test_a_signal_saves_and_the_same_command_goes_on(folder: Path, tmp_path: Path) -> None:
    """SIGTERM during the first epoch of a process; then in this process the same command to its end."""
    arguments = [*TRAIN, "--epochs", "200", "--progress-seconds", "0.001", "--out", str(tmp_path)]
    with subprocess.Popen(
        command(*arguments), env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            if line.startswith("epoch 1/200 step"):
                process.send_signal(signal.SIGTERM)
                break
        process.stdout.read()
        message = process.stderr.read()
    assert process.returncode == 130
    assert message.startswith("stopped after step") and message.endswith("the same command goes on\n")
    assert message.count("\n") == 1
    assert 1 <= load_checkpoint(tmp_path / "latest.pt").step < 600


def test_train_evaluate_export(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(folder)]
    out, network = tmp_path / "run", tmp_path / "network.safetensors"
    assert main([*TRAIN, *data, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "epoch 2/2 test accuracy: 5 " in printed and f"finished: {out / 'latest.pt'}" in printed
    assert main([*TRAIN, *data, "--out", str(out)]) == 0
    assert "2 epochs and 0 steps done" in capsys.readouterr().out
    assert main(["export", str(out / "latest.pt"), str(network), *data]) == 0
    exported = capsys.readouterr().out
    assert "100 test records: 5 " in exported and "300 train records" in exported and "after 2 epochs" in exported
    assert main(["evaluate", str(network), *data, "--precision", "float32"]) == 0
    assert capsys.readouterr().out.strip() in exported
    assert main(["evaluate", str(out / "latest.pt"), *data, "--split", "train", "--records", "200"]) == 0
    assert "200 train records" in capsys.readouterr().out


def test_radix_from_a_trained_network_that_also_teaches(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(folder)]
    relu, radix = tmp_path / "relu.safetensors", tmp_path / "radix.safetensors"
    assert main([*TRAIN, *data, "--out", str(tmp_path / "relu")]) == 0
    assert main(["export", str(tmp_path / "relu" / "latest.pt"), str(relu), *data]) == 0
    capsys.readouterr()
    out = tmp_path / "radix"
    options = ["--recipe", "radix", "--digits", "2", "--energy", "3", "--prune", "0.3:0.5", "--init", str(relu)]
    teaching = ["--teacher", str(relu), "--teacher-weight", "0.6", "--progress-seconds", "1e-9"]
    assert main([*TRAIN, *data, *options, *teaching, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert " operations a synapse  " in printed and "pruned to 0.5 of the operations: 0." in printed
    run = load_checkpoint(out / "latest.pt").run
    assert (run.recipe.levels, run.recipe.energy, run.recipe.pruning) == (3, 3.0, ((0.3, 0.5),))
    assert (run.recipe.teacher_weight, run.recipe.teacher_temperature) == (0.6, 1.5)
    assert run.init_sha256 == run.teacher_sha256 is not None
    assert main([*TRAIN, *data, *options, "--out", str(out)]) == 2
    refused = capsys.readouterr().err
    assert "another run (teacher_sha256 " in refused and refused.count("\n") == 1
    assert main(["export", str(out / "latest.pt"), str(radix), *data]) == 0
    exported = capsys.readouterr().out
    assert "M synaptic operations an answer" in exported
    assert main(["evaluate", str(radix), *data]) == 0
    assert "(radix coding, 2 digits; 0." in capsys.readouterr().out


def test_holdout_judges_on_training_records(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TRAIN, "--data", str(folder), "--holdout", "100", "--out", str(tmp_path)]) == 0
    assert "epoch 2/2 held-out accuracy" in capsys.readouterr().out
    assert load_checkpoint(tmp_path / "latest.pt").step == 2 * 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["trian"],
        ["train", "--epochs", "0"],
        ["train", "--rate", "inf"],
        ["train", "--heads", "9"],
        ["train", "--recipe", "best"],
        ["train", "--recipe", "finetune"],
        ["train", "--levels", "4"],
        ["train", "--digits", "3"],
        ["train", "--energy", "2"],
        ["train", "--recipe", "radix"],
        ["train", "--recipe", "radix", "--epochs", "2"],
        [*RADIX, "--levels", "7"],
        [*RADIX, "--digits", "9"],
        [*RADIX, "--energy", "-1"],
        [*RADIX, "--prune", "0.5"],
        [*RADIX, "--prune", "1:0.5"],
        [*RADIX, "--prune", "0.5:0.7,0.4:0.5"],
        [*RADIX, "--prune", "0.5:0.7,0.6:0.8"],
        [*RADIX, "--prune", "0.5:nan"],
        [*RADIX, "--energy-course", "0:-1"],
        [*RADIX, "--energy-course", "0:1,2:1"],
        ["train", "--energy-course", "constant"],
        ["train", "--teacher-weight", "0.5"],
        ["train", "--teacher", "nowhere.safetensors"],
        ["train", "--teacher", "nowhere.safetensors", "--teacher-weight", "1.5"],
        ["train", "--holdout", "50"],
        ["train", "--holdout", "300"],
        ["train", "--init", "nowhere.safetensors"],
        ["export", "nowhere.pt", "out.safetensors"],
        ["export", "only-one-argument"],
        ["evaluate", "nowhere.safetensors"],
        ["fixture"],
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(folder)] if arguments and arguments[0] in ("train", "export", "evaluate") else []
    assert main([*arguments, *data]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ") and printed.err.count("\n") == 1


def test_evaluate_refuses_a_network_for_other_classes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fixture", str(tmp_path)]) == 0
    assert "tiny-resnet-activations.safetensors: " in capsys.readouterr().out
    assert main(["evaluate", str(tmp_path / "tiny-resnet.safetensors"), "--data", str(folder)]) == 2
    assert "10 classes apart, not CIFAR-100's 100" in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_is_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", str(folder), "--device", "cuda"]) == 2
    assert "no CUDA device" in capsys.readouterr().err
