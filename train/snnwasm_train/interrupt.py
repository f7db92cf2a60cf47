"""SIGINT and SIGTERM ask a run to stop at the next place where its state is whole."""

import signal
from types import FrameType, TracebackType


class Interrupted(Exception):
    """Raised at a safe place after a signal."""


class Interrupt:
    """While entered, signals are only noted; `check` raises at the caller's safe place."""

    def __init__(self) -> None:
        self._requested = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Interrupt":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._requested = True

    def check(self) -> None:
        if self._requested:
            raise Interrupted
