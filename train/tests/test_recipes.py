from dataclasses import replace

import pytest
import torch

from snnwasm_train.device import choose_precision
from snnwasm_train.ema import Average
from snnwasm_train.progress import Progress, duration
from snnwasm_train.recipes import MODERN, PAPER, RECIPES


def test_the_papers_numbers() -> None:
    assert (PAPER.epochs, PAPER.rotation, PAPER.tau_start, PAPER.tau_end) == (120, 15.0, 0.01, None)
    assert list(RECIPES) == ["modern", "paper", "qcfs", "finetune", "radix"]


def test_rate_climbs_to_its_peak_and_falls_to_zero() -> None:
    recipe = replace(MODERN, peak_rate=0.3, warmup=0.2)
    rates = [recipe.rate(step, 100) for step in range(100)]
    assert max(rates) == rates[20] == pytest.approx(0.3)
    assert rates[:21] == sorted(rates[:21]) and rates[20:] == sorted(rates[20:], reverse=True)
    assert rates[60] == pytest.approx(0.15)
    assert 0 < rates[0] < 0.02 and 0 < rates[99] < 0.001


def test_rate_without_warmup_starts_at_its_peak() -> None:
    assert PAPER.rate(0, 100) == pytest.approx(PAPER.peak_rate)


def test_average_by_hand() -> None:
    network = torch.nn.BatchNorm1d(1)
    average = Average(network, decay=0.9)
    values = [network.weight.item()]
    for step, value in enumerate((2.0, 4.0)):
        network.weight.data.fill_(value)
        network.running_mean.fill_(value)
        average.update(network, step)
        decay = min(0.9, (1 + step) / (10 + step))
        values.append(decay * values[-1] + (1 - decay) * value)
    assert average.state["weight"].item() == pytest.approx(values[-1])
    assert average.state["running_mean"].item() > 0
    assert "num_batches_tracked" not in average.state


def test_progress_tells_rate_and_time_left() -> None:
    now = [100.0]
    progress = Progress(10, 110, 128, every=5.0, clock=lambda: now[0])
    assert not progress.due()
    now[0] = 110.0
    assert progress.due()
    assert progress.line(30, "epoch 1") == "epoch 1  256.0 images/s  40s left"
    assert not progress.due()


def test_duration() -> None:
    assert [duration(s) for s in (5.9, 65, 3600 * 2 + 300)] == ["5s", "1m05s", "2h05m"]


def test_auto_precision_follows_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    for flag, expected in (("avx2", torch.float32), ("avx512_bf16", torch.bfloat16), ("bf16", torch.bfloat16)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda flag=flag: {flag: True})
        assert choose_precision("auto", cpu) == expected
    assert choose_precision("float32", cpu) == torch.float32
    assert choose_precision("bf16", cpu) == torch.bfloat16
