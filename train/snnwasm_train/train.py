"""The training loop: from a run and its data to a finished checkpoint, in as many sittings as it takes."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .augment import crop_and_flip, cutmix, one_hot, rotate
from .checkpoint import Checkpoint, load_checkpoint, require_same_run, save_checkpoint
from .data import CLASSES, Images, normalise
from .device import autocast
from .distillation import Teacher
from .ema import Average
from .energy import energy_of
from .errors import UserError
from .evaluate import accuracies, percentages
from .flops import flop_shares
from .interrupt import Interrupt, Interrupted
from .loss import head_weights, total_loss
from .network import FINAL, ResNet18, initialise
from .progress import Progress
from .qcfs import calibrate_thresholds
from .rng import generator
from .run import Run
from .weights import load_weights

LATEST = "latest.pt"


@dataclass(frozen=True)
class Sitting:
    """What may differ from one sitting of a run to the next without changing its result."""

    out: Path
    device: torch.device
    precision: torch.dtype
    init: Path | None = None
    teacher: Path | None = None
    checkpoint_seconds: float = 300.0
    progress_seconds: float = 10.0
    say: Callable[[str], None] = print


def optimiser_of(run: Run, network: ResNet18) -> torch.optim.SGD:
    """SGD with Nesterov momentum; only matrices decay (not biases, normalisation, thresholds)."""
    matrices = [p for p in network.parameters() if p.dim() > 1]
    vectors = [p for p in network.parameters() if p.dim() <= 1]
    groups = [
        {"params": matrices, "weight_decay": run.recipe.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=run.recipe.peak_rate, momentum=run.recipe.momentum, nesterov=True)


class Trainer:
    """A run in progress. After every step its state is whole and can be saved."""

    def __init__(self, run: Run, sitting: Sitting, train: Images, evaluation: Images) -> None:
        self.run, self.sitting, self.recipe = run, sitting, run.recipe
        self.train_set, self.evaluation_set = train, evaluation
        self.per_epoch = len(train) // self.recipe.batch_size  # an incomplete batch is left out
        if self.per_epoch == 0:
            raise UserError(f"{len(train)} training records do not fill a batch of {self.recipe.batch_size}")
        self.total = self.per_epoch * self.recipe.epochs
        network = run.network()
        initialise(network, generator(run.seed, "weights"))  # on the CPU: the same on every device
        self.network = network.to(sitting.device, memory_format=torch.channels_last)
        self.shares = flop_shares(self.network)
        self.teacher = self._teacher()
        self.step = 0
        self.history: list[dict[str, Any]] = []
        self.path = sitting.out / LATEST
        if self.path.exists():
            self._resume()
        else:
            self._begin()

    def _teacher(self) -> Teacher | None:
        path, recipe, sitting = self.sitting.teacher, self.recipe, self.sitting
        if path is None:
            return None
        return Teacher(path, recipe.teacher_weight, recipe.teacher_temperature, sitting.device, sitting.precision)

    def _begin(self) -> None:
        init = self.sitting.init
        learnt = init is not None and load_weights(self.network, init)
        if self.recipe.activation != "relu" and not learnt:
            calibrate_thresholds(self.network, normalise(self.train_set.pixels[:500]))
        self.average = Average(self.network, self.recipe.ema_decay)
        self.optimiser = optimiser_of(self.run, self.network)
        self.energy = energy_of(self.network, self.recipe, self.total, self.sitting.say)
        self.save()  # before hours of work: shows that the folder can be written

    def _resume(self) -> None:
        saved = load_checkpoint(self.path, self.sitting.device)
        require_same_run(self.path, saved, self.run)
        self.network.load_state_dict(saved.network)
        self.average = Average(self.network, self.recipe.ema_decay)
        self.average.load(saved.average)
        self.optimiser = optimiser_of(self.run, self.network)
        self.optimiser.load_state_dict(saved.optimiser)
        self.energy = energy_of(self.network, self.recipe, self.total, self.sitting.say)
        self.energy.load(saved.energy)
        self.step, self.history = saved.step, saved.history
        epoch, batch = divmod(self.step, self.per_epoch)
        self.sitting.say(f"resumed from {self.path}: {epoch} epochs and {batch} steps done")

    def checkpoint(self) -> Checkpoint:
        """The present state; its tensors are the live ones, not copies."""
        return Checkpoint(
            run=self.run,
            step=self.step,
            network=self.network.state_dict(),
            average=self.average.state,
            optimiser=self.optimiser.state_dict(),
            history=self.history,
            energy=self.energy.state(),
        )

    def save(self) -> None:
        save_checkpoint(self.path, self.checkpoint())

    def batch(self, order: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The augmented images and target probabilities of the current step."""
        epoch, index = divmod(self.step, self.per_epoch)
        size = self.recipe.batch_size
        chosen = order[index * size : (index + 1) * size]
        random = generator(self.run.seed, "augment", self.step)
        pixels = crop_and_flip(self.train_set.pixels[chosen], random)
        if self.recipe.rotation > 0:
            pixels = rotate(pixels, self.recipe.rotation, random)
        images, targets = normalise(pixels), one_hot(self.train_set.labels[chosen], CLASSES)
        if self.recipe.cutmix > 0 and epoch < self.recipe.epochs - self.recipe.plain_epochs:
            images, targets = cutmix(images, targets, self.recipe.cutmix, random)
        return images, targets

    def advance(self, order: torch.Tensor, weights: dict[str, float]) -> torch.Tensor:
        """One step of gradient descent; returns its loss, without what energy adds to it."""
        images, targets = self.batch(order)
        rate = self.recipe.rate(self.step, self.total)
        for group, multiple in zip(self.optimiser.param_groups, (1.0, self.recipe.vector_rate), strict=True):
            group["lr"] = rate * multiple
        with autocast(self.sitting.device, self.sitting.precision):
            logits = self.network(images)
        loss = total_loss(logits, targets, weights, self.recipe.label_smoothing)
        if self.teacher is not None:
            loss = loss + self.teacher.correction(images, logits[FINAL], targets, self.recipe.label_smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        (loss + self.energy.penalty(self.step)).backward()
        self.energy.learn()
        self.optimiser.step()
        self.energy.settle(self.step, self.average)
        self.average.update(self.network, self.step)
        self.step += 1
        return loss.detach()

    def evaluate(self, interrupt: Interrupt) -> None:
        """Accuracy of what would be exported now, on the held-out or the test records."""
        began = time.monotonic()
        judged = self.run.network().to(self.sitting.device, memory_format=torch.channels_last)
        judged.load_state_dict(self.checkpoint().result)
        values = accuracies(judged, self.evaluation_set, self.sitting.precision, between=interrupt.check)
        epoch = self.step // self.per_epoch
        self.history.append({"epoch": epoch, "accuracies": values})
        on = "held-out" if self.run.holdout else "test"
        took = time.monotonic() - began
        self.sitting.say(f"epoch {epoch}/{self.recipe.epochs} {on} accuracy: {percentages(values)} ({took:.0f} s)")

    def epoch(self, interrupt: Interrupt) -> None:
        """Trains from the current step to the end of its epoch, saving every few minutes."""
        epoch = self.step // self.per_epoch
        order = torch.randperm(len(self.train_set), generator=generator(self.run.seed, "order", epoch))
        order = order.to(self.sitting.device)
        weights = head_weights(self.recipe, self.shares, self.network.head_blocks, epoch)
        progress = Progress(self.step, self.total, self.recipe.batch_size, self.sitting.progress_seconds)
        saved = time.monotonic()
        losses: list[torch.Tensor] = []
        while self.step < (epoch + 1) * self.per_epoch:
            interrupt.check()
            losses.append(self.advance(order, weights))
            saving = time.monotonic() - saved >= self.sitting.checkpoint_seconds
            if saving or progress.due():
                self._report(progress, losses)  # stops a run that diverged before it is saved
            if saving:
                self.save()
                saved = time.monotonic()
        if losses:
            self._report(progress, losses)

    def _report(self, progress: Progress, losses: list[torch.Tensor]) -> None:
        loss = torch.stack(losses).mean().item()
        losses.clear()
        if not math.isfinite(loss):
            raise UserError(f"the loss is {loss} at step {self.step}: lower --rate, or try another --seed")
        epoch, index = divmod(self.step - 1, self.per_epoch)
        rate = self.recipe.rate(self.step - 1, self.total)
        place = f"epoch {epoch + 1}/{self.recipe.epochs} step {index + 1}/{self.per_epoch}"
        self.sitting.say(progress.line(self.step, f"{place}  loss {loss:.3f}  rate {rate:.4f}{self.energy.report()}"))


def train(trainer: Trainer) -> bool:
    """Trains to the end. Returns False after a signal; the state is then saved and can go on."""
    with Interrupt() as interrupt:
        try:
            while True:
                closed = trainer.step // trainer.per_epoch
                if trainer.step % trainer.per_epoch == 0 and len(trainer.history) < closed:
                    trainer.evaluate(interrupt)
                    trainer.save()
                if trainer.step >= trainer.total:
                    return True
                trainer.epoch(interrupt)
                trainer.save()
        except Interrupted:
            trainer.save()
            return False
