"""What a program of the corpus is: a function, and arguments that it is run on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Written(NamedTuple):
    """A program as somebody wrote it, and at least two sets of arguments for it."""

    function: Callable[..., Any]
    inputs: Sequence[tuple[Any, ...]]

    @property
    def name(self) -> str:
        return self.function.__name__
