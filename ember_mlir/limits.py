"""How large and how deep a text may be, so that none exhausts the machine.

All guards can be moved: `Limits(depth=1000)` in Python, `--max-depth=1000` for the
commands. What nests deeper than Python's stack is worked on a stack of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from threading import RLock, Thread, stack_size
from typing import TypeVar

from ember_mlir.errors import InvalidIRError, SourceLocation

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text may have at most; more is an `InvalidIRError` that names the limit.

    >>> print(Limits(depth=9).problem("depth", "regions must nest at most {} deep"))
    regions must nest at most 9 deep; raise the limit by --max-depth, or Limits(depth=…) in Python
    """

    size: int = 64_000_000
    """Bytes of UTF-8."""
    depth: int = 64
    """Regions, types, attributes and locations inside one another."""
    digits: int = 64
    """Digits of a number."""
    width: int = 64
    """Bits of an integer type."""
    elements: int = 1_000_000
    """Elements of a dense attribute, and types and attributes that aliases stand for."""
    operations: int = 1_000_000
    """Operations in all."""

    def problem(self, limit: str, rule: str) -> str:
        """The message that `rule` is broken, where `limit` is the field for its `{}`."""
        return (
            f"{rule.format(getattr(self, limit))}; raise the limit by --max-{limit}, "
            f"or Limits({limit}=…) in Python"
        )


DEFAULT_LIMITS = Limits()

_STACK_BYTES = 256 * 2**20
_BYTES_PER_FRAME = 4096
"""More than any frame of Python takes, about 900 bytes where C calls Python."""

_lock = RLock()
_users = 0
_usual_limit = 0


def on_any_stack(function: Callable[[], _T], place: SourceLocation | None = None) -> _T:
    """What `function` returns, on a stack of its own if it needs more than it has here.

    `function` may be called twice, so it must have no effect before it returns. Raises
    `InvalidIRError` at `place` if it recurses deeper than that stack, too.

    >>> def depth(level: int) -> int:
    ...     return depth(level - 1) + 1 if level else 0
    >>> on_any_stack(lambda: depth(10_000))
    10000
    """
    try:
        return function()
    except RecursionError:
        return on_deep_stack(function, place)


def on_deep_stack(function: Callable[[], _T], place: SourceLocation | None = None) -> _T:
    """What `function` returns, called on a stack for about 60 000 frames of Python.

    Raises `InvalidIRError` at `place` if that is not enough.
    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except RecursionError as error:
            message = "the text must nest less deeply than the stack; move the inner parts out"
            failure = InvalidIRError(message, location=place)
            failure.__cause__ = error.with_traceback(None)
            errors.append(failure)
        except BaseException as error:
            errors.append(error)

    thread = _start(run)
    try:
        thread.join()
    finally:
        _restore_recursion()
    if errors:
        raise errors[0]
    return results[0]


def _start(run: Callable[[], None]) -> Thread:
    context = copy_context()
    with _lock:
        usual = stack_size(_STACK_BYTES)
        _allow_recursion()
        try:
            # A daemon, so that an interrupt ends the process at once.
            thread = Thread(target=lambda: context.run(run), daemon=True)
            thread.start()
        except BaseException:
            _restore_recursion()
            raise
        finally:
            stack_size(usual)
    return thread


def _allow_recursion() -> None:
    # The limit is one for all threads; it is moved while any of them needs it.
    global _users, _usual_limit
    if not _users:
        _usual_limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(_usual_limit, _STACK_BYTES // _BYTES_PER_FRAME))
    _users += 1


def _restore_recursion() -> None:
    global _users
    with _lock:
        _users -= 1
        if not _users:
            sys.setrecursionlimit(_usual_limit)
