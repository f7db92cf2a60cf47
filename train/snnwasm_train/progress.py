"""The line that tells how far a run is, how fast it goes and how long it has to go."""

import time
from collections.abc import Callable


def duration(seconds: float) -> str:
    """`2h05m`, `7m30s` or `12s`."""
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 60}m{whole % 60:02d}s" if whole >= 60 else f"{whole}s"


class Progress:
    """A line at most every `every` seconds; its rate is that of the steps since the line before."""

    def __init__(
        self, step: int, total: int, batch_size: int, every: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total = total
        self._batch = batch_size
        self._every = every
        self._clock = clock
        self._step, self._time = step, clock()

    def due(self) -> bool:
        return self._clock() - self._time >= self._every

    def line(self, step: int, text: str) -> str:
        now = self._clock()
        seconds = max(now - self._time, 1e-9) / max(1, step - self._step)
        self._step, self._time = step, now
        return f"{text}  {self._batch / seconds:.1f} images/s  {duration(seconds * (self._total - step))} left"
