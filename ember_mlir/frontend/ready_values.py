"""What may be awaited, and need not: the results of coroutines, tasks and futures."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import nullcontext
from typing import NoReturn

from ember_mlir.errors import CaptureError
from ember_mlir.frontend.values import user_location

TRY = "put a 'try' into the function that may fail"


class Waiting:
    """What Python has more methods of, which say what is under way."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        raise CaptureError(
            f"'.{name}' of what calls at once is not captured yet; wait for the results, and {TRY}",
            location=user_location(),
        )


class Ready(Waiting):
    """What may be awaited, and is there already, or the error that it raises then.

    It was made inside of the attempts `tries`; of an element of a list, nobody knows.
    """

    __slots__ = ("error", "tries", "value")

    def __init__(
        self,
        value: object,
        error: BaseException | None = None,
        tries: tuple[object, ...] = (),
    ) -> None:
        self.value = value
        self.error = error
        self.tries = tries

    def __await__(self) -> Generator[None, None, object]:
        yield from ()
        return self.result()

    def result(self) -> object:
        """The value; raises the error, if there is one."""
        if self.error is not None:
            raise self.error
        return self.value


class TaskGroup(Waiting, nullcontext[object]):
    """What stands for a group of tasks; captured code alone calls its methods."""

    def __init__(self) -> None:
        super().__init__(self)

    def create_task(self, task: object) -> object:
        """The task."""
        return task


class ThreadPool(Waiting, nullcontext[object]):
    """What stands for a pool of threads; captured code alone calls its methods."""

    def __init__(self) -> None:
        super().__init__(self)

    def map(self, *function_and_lists: object) -> NoReturn:
        """Call a function for each element."""
        raise _of_captured_code(function_and_lists)

    def submit(self, *function_and_arguments: object) -> NoReturn:
        """Call a function."""
        raise _of_captured_code(function_and_arguments)

    def shutdown(self) -> None:
        """Nothing is left to wait for."""


def _of_captured_code(given: tuple[object, ...]) -> AssertionError:
    return AssertionError(f"it is called by captured code alone, but was given {given}")
