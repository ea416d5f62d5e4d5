"""Expressions that hooks capture piece by piece, as Python evaluates their parts."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from ember_mlir.frontend.recorder import Recorder
from ember_mlir.frontend.trace import Trace


class Piecewise(Protocol):
    """An expression that is under way."""

    @property
    def is_captured(self) -> bool:
        """Whether a part is captured that Python itself would not evaluate so, or not once."""
        ...


PiecewiseT = TypeVar("PiecewiseT", bound=Piecewise)


class UnderWay(Generic[PiecewiseT]):
    """The expressions of one kind that are under way of one recorder, the innermost last."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._under_way: list[PiecewiseT] = []

    @property
    def depth(self) -> int:
        """How many are under way."""
        return len(self._under_way)

    @property
    def is_captured(self) -> bool:
        """Whether a part is captured of any."""
        return any(found.is_captured for found in self._under_way)

    def forget(self, depth: int) -> None:
        """Forget all but so many, which an error has left unfinished."""
        del self._under_way[depth:]

    @property
    def trace(self) -> Trace:
        """The capture that symbolic values belong to."""
        assert isinstance(self.recorder, Trace)
        return self.recorder
