"""The command line: its options, and errors as one line with an exit code."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

import torch

from .commands import INTERRUPTED, run_evaluate, run_export, run_export_onnx, run_fixture, run_train
from .data import default_folder
from .device import DEVICES, PRECISIONS
from .digits import MAXIMUM_DIGITS
from .errors import UserError
from .export import MATRICES
from .recipes import RECIPES

WRONG_USE = 2


class _Parser(argparse.ArgumentParser):
    """Reports a wrong argument like every other error instead of printing the usage."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message} (see {self.prog} --help)")


def positive(text: str) -> int:
    """A whole number from 1."""
    if int(text) < 1:
        raise ValueError
    return int(text)


def natural(text: str) -> int:
    """A whole number from 0."""
    if int(text) < 0:
        raise ValueError
    return int(text)


def above_zero(text: str) -> float:
    """A finite number above 0."""
    if not 0 < float(text) < float("inf"):
        raise ValueError
    return float(text)


def not_negative(text: str) -> float:
    """A finite number from 0."""
    if not 0 <= float(text) < float("inf"):
        raise ValueError
    return float(text)


def share(text: str) -> float:
    """A number above 0, at most 1."""
    if not 0 < float(text) <= 1:
        raise ValueError
    return float(text)


def digits(text: str) -> int:
    """A whole number from 1 to 8."""
    if not 1 <= int(text) <= MAXIMUM_DIGITS:
        raise ValueError
    return int(text)


def _data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        default=default_folder(),
        help="folder of CIFAR-100's binary version (default: SNNWASM_CIFAR100, or "
        "shared/cifar-100-binary beside the repository)",
    )
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--threads", type=positive, help="CPU threads (default: PyTorch's choice)")


def _precision_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--precision", choices=PRECISIONS, default="auto", help="auto: bf16 where the processor multiplies it natively"
    )


def _train_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("--recipe", choices=list(RECIPES), default="modern")
    p.add_argument("--out", type=Path, help="folder of the run's checkpoint latest.pt (default: checkpoints/RECIPE)")
    p.add_argument("--init", type=Path, help="start from this .safetensors network")
    p.add_argument("--heads", default="all", help="all, none, or the blocks they follow: 5 or 2,5,7 or a:2,b:5")
    p.add_argument(
        "--width", type=above_zero, default=1.0, help="multiplier of the widths 64-128-256-512 (multiples of 16)"
    )
    p.add_argument("--holdout", type=natural, default=0, help="judge on the last N training records, not on test.bin")
    p.add_argument("--seed", type=natural, default=1)
    p.add_argument("--epochs", type=positive, help="instead of the recipe's")
    p.add_argument("--batch-size", type=positive, help="instead of the recipe's")
    p.add_argument("--rate", type=above_zero, help="peak learning rate, instead of the recipe's")
    p.add_argument("--levels", type=positive, help="quantisation steps of --recipe qcfs")
    _radix_options(p)
    _teacher_options(p)
    p.add_argument("--checkpoint-minutes", type=above_zero, default=5.0)
    p.add_argument("--progress-seconds", type=above_zero, default=10.0)


def _radix_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("--digits", type=digits, help="binary digits an activation sends, of --recipe radix: 1 to 8")
    p.add_argument(
        "--energy", type=not_negative, help="nats that one operation a synapse may cost, of --recipe radix; more: fewer"
    )
    p.add_argument(
        "--energy-course",
        metavar="SHARE:MULTIPLE,...",
        help="of --recipe radix: multiples of --energy at shares of the run, lines between them; or constant",
    )
    p.add_argument(
        "--prune",
        metavar="SHARE:KEEP,...",
        help="of --recipe radix: after this share of the run, keep this share of the operations; or none",
    )


def _teacher_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("--teacher", type=Path, help="learn from the answers of this .safetensors network as well")
    p.add_argument("--teacher-weight", type=share, help="share of the teacher in the final head's loss (default: 0.7)")
    p.add_argument("--teacher-temperature", type=above_zero, help="softens both answers (default: 1.5)")


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m snnwasm_train", description="Trains the networks that snnwasm converts.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    p = commands.add_parser("train", help="train a network; the same command goes on after an interruption")
    _data_options(p)
    _precision_option(p)
    _train_options(p)
    p.set_defaults(act=run_train)

    p = commands.add_parser("evaluate", help="accuracy of every head")
    p.add_argument("network", type=Path, help=".safetensors network or .pt checkpoint")
    p.add_argument("--split", choices=("test", "train"), default="test")
    p.add_argument("--records", type=positive, help="only the first N (a multiple of 100 is balanced)")
    _data_options(p)
    _precision_option(p)
    p.set_defaults(act=run_evaluate)

    p = commands.add_parser("export", help="write a checkpoint's network as .safetensors")
    p.add_argument("checkpoint", type=Path)
    p.add_argument("output", type=Path)
    p.add_argument("--matrices", choices=list(MATRICES), default="float16")
    p.add_argument("--test-records", type=natural, default=10_000, help="for the accuracies in the file")
    p.add_argument("--train-records", type=natural, default=5_000, help="for the accuracies in the file")
    _data_options(p)
    p.set_defaults(act=run_export)

    p = commands.add_parser("export-onnx", help="write a network as .onnx, for comparison with other runtimes")
    p.add_argument("network", type=Path, help=".safetensors network or .pt checkpoint")
    p.add_argument("output", type=Path)
    p.add_argument("--heads", default="final", help="whose logits it gives: names from the network, or all")
    p.set_defaults(act=run_export_onnx)

    p = commands.add_parser("fixture", help="write a tiny random network and its activations, for tests")
    p.add_argument("folder", type=Path)
    p.add_argument("--seed", type=natural, default=1)
    p.set_defaults(act=run_fixture)
    return parser


def main(arguments: list[str]) -> int:
    try:
        options = build_parser().parse_args(arguments)
        if getattr(options, "threads", None):
            torch.set_num_threads(options.threads)
        return options.act(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
