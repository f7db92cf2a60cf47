"""From a checkpoint to the .safetensors file that snnwasm converts."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from .checkpoint import Checkpoint
from .data import SIDE, Images, file_sha256, read_images, read_label_names
from .errors import UserError
from .evaluate import accuracies
from .metadata import describe
from .network import ResNet18
from .operations import count_operations
from .weights import exported_tensors, load_weights, write_weights

OPERATIONS_RECORDS = 1_000  # test records on which operations are counted
MATRICES = {"float16": torch.float16, "float32": torch.float32}


def judge(network: ResNet18, images: Images, device: torch.device) -> dict[str, Any]:
    """Accuracy of every head, a share from 0 to 1, with the number of records behind it."""
    heads = accuracies(network.to(device), images.to(device))
    return {"records": len(images), "heads": {name: round(value, 6) for name, value in heads.items()}}


def provenance(checkpoint: Checkpoint, records: int) -> dict[str, Any]:
    """Where the network came from: enough to train it again."""
    run = checkpoint.run
    per_epoch = (records - run.holdout) // run.recipe.batch_size
    return {
        "recipe": run.recipe.name,
        "epochs": round(checkpoint.step / per_epoch, 2),
        "seed": run.seed,
        "dataSha256": run.data_sha256,
        "training": {
            "recipe": json.loads(json.dumps(asdict(run.recipe))),  # as it will be read: lists, no tuples
            "holdout": run.holdout,
            "initSha256": run.init_sha256,
            "teacherSha256": run.teacher_sha256,
            "steps": checkpoint.step,
        },
    }


def export(
    checkpoint: Checkpoint,
    path: Path,
    folder: Path,
    device: torch.device,
    matrices: str = "float16",
    test_records: int = 10_000,
    train_records: int = 5_000,
) -> dict[str, Any]:
    """Writes the network and returns its metadata.

    Accuracies, and the operations of a network for radix coding, are those of the tensors as written,
    read back from the file, because float16 rounding is part of what ships. The first `train_records`
    training records are a balanced subset.
    """
    if file_sha256(folder / "train.bin") != checkpoint.run.data_sha256:
        raise UserError(f"{folder / 'train.bin'} is not the file that this network was trained on")
    labels = read_label_names(folder)
    train, test = read_images(folder / "train.bin"), read_images(folder / "test.bin")
    network = checkpoint.run.network()
    network.load_state_dict(checkpoint.result)
    metadata = {**describe(network, labels, SIDE), **provenance(checkpoint, len(train)), "accuracies": {}}
    tensors = exported_tensors(network, MATRICES[matrices])
    write_weights(path, tensors, metadata)

    written = checkpoint.run.network()
    load_weights(written, path)
    kept = len(train) - checkpoint.run.holdout
    judged = {
        "test": test.slice(0, test_records),
        "train": train.slice(0, min(train_records, kept)),
        "holdout": train.slice(kept, len(train)),
    }
    metadata["accuracies"] = {
        name: judge(written, images, device) for name, images in judged.items() if len(images) > 0
    }
    operations = count_operations(written, test.slice(0, min(test_records, OPERATIONS_RECORDS)).to(device))
    if operations is not None:
        metadata["operations"] = operations.to_dict()
    write_weights(path, tensors, metadata)
    return metadata
