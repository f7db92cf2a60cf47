"""What each command does with its parsed options. Returns the exit code."""

import argparse
import sys
from pathlib import Path

import torch

from .checkpoint import load_checkpoint
from .choices import chosen_recipe
from .data import CLASSES, Images, file_sha256, read_images
from .device import choose_device, choose_precision
from .errors import UserError
from .evaluate import accuracies, percentages
from .export import OPERATIONS_RECORDS, export
from .fixture import write_fixture
from .network import scaled_widths
from .onnx_export import export_onnx
from .opening import open_network
from .operations import count_operations
from .run import Run, parse_heads
from .train import Sitting, Trainer, train

INTERRUPTED = 130


def say(text: str) -> None:
    print(text, flush=True)


def _training_sets(folder: Path, holdout: int) -> tuple[Images, Images]:
    """What to train on and what to judge on: all records and the test set, or a split of the former."""
    records = read_images(folder / "train.bin")
    if holdout == 0:
        return records, read_images(folder / "test.bin")
    kept = len(records) - holdout
    if holdout % 100 != 0 or kept <= 0:
        raise UserError(
            f"--holdout {holdout}: use a multiple of 100 below {len(records)} "
            "(every run of 100 records holds each class once)"
        )
    return records.slice(0, kept), records.slice(kept, len(records))


def run_train(options: argparse.Namespace) -> int:
    recipe = chosen_recipe(options)
    heads = parse_heads(options.heads)
    training, evaluation = _training_sets(options.data, options.holdout)
    run = Run(
        recipe=recipe,
        seed=options.seed,
        widths=scaled_widths(options.width),
        heads=heads,
        holdout=options.holdout,
        data_sha256=file_sha256(options.data / "train.bin"),
        init_sha256=file_sha256(options.init) if options.init else None,
        teacher_sha256=file_sha256(options.teacher) if options.teacher else None,
    )
    device = choose_device(options.device)
    sitting = Sitting(
        out=options.out or Path("checkpoints") / recipe.name,
        device=device,
        precision=choose_precision(options.precision, device),
        init=options.init,
        teacher=options.teacher,
        checkpoint_seconds=options.checkpoint_minutes * 60,
        progress_seconds=options.progress_seconds,
        say=say,
    )
    trainer = Trainer(run, sitting, training.to(device), evaluation.to(device))
    precision = str(sitting.precision).removeprefix("torch.")
    say(f"recipe {recipe.name} on {device}, {precision}, {trainer.total} steps of {recipe.batch_size} images")
    if train(trainer):
        say(f"finished: {trainer.path}")
        return 0
    print(
        f"stopped after step {trainer.step} of {trainer.total}, saved in {trainer.path}: the same command goes on",
        file=sys.stderr,
    )
    return INTERRUPTED


def run_evaluate(options: argparse.Namespace) -> int:
    network = open_network(options.network)
    if network.classes != CLASSES:
        raise UserError(f"{options.network} tells {network.classes} classes apart, not CIFAR-100's {CLASSES}")
    images = read_images(options.data / f"{options.split}.bin")
    images = images.slice(0, options.records or len(images))
    device = choose_device(options.device)
    network = network.to(device, memory_format=torch.channels_last)
    precision = choose_precision(options.precision, device)
    values = accuracies(network, images.to(device), precision)
    say(f"{len(images)} {options.split} records: {percentages(values)}")
    operations = count_operations(network, images.slice(0, OPERATIONS_RECORDS).to(device))
    if operations is not None:
        say(f"{operations.records} {options.split} records: {operations}")
    return 0


def run_export(options: argparse.Namespace) -> int:
    metadata = export(
        load_checkpoint(options.checkpoint),
        options.output,
        options.data,
        choose_device(options.device),
        matrices=options.matrices,
        test_records=options.test_records,
        train_records=options.train_records,
    )
    for split, result in metadata["accuracies"].items():
        say(f"{result['records']} {split} records: {percentages(result['heads'])}")
    if "operations" in metadata:
        records, counted = metadata["operations"]["records"], metadata["operations"]["synapticOperations"]
        say(f"{records} test records: {counted / 1e6:.2f} M synaptic operations an answer")
    say(f"{options.output}: {options.output.stat().st_size} bytes, after {metadata['epochs']:g} epochs")
    return 0


def run_export_onnx(options: argparse.Namespace) -> int:
    network = open_network(options.network)
    heads = list(network.head_blocks) if options.heads == "all" else options.heads.split(",")
    outputs = export_onnx(network, options.output, heads)
    say(f"{options.output}: {options.output.stat().st_size} bytes, {', '.join(outputs)}")
    return 0


def run_fixture(options: argparse.Namespace) -> int:
    for path in write_fixture(options.folder, options.seed):
        say(f"{path}: {path.stat().st_size} bytes")
    return 0
