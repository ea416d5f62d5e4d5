"""What authors say of their functions: `@pure`, `@idempotent`, `@tool`, `@associative`.

A function that says nothing is captured like the program itself if its source is there, and
else might do anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, ParamSpec, TypeVar, overload

from ember_mlir.errors import InputError

P = ParamSpec("P")
R = TypeVar("R")

Effect = Literal["pure", "idempotent", "effectful"]

_DECLARED = "__ember_effect__"
_ASSOCIATIVE = "__ember_associative__"


class Declared(NamedTuple):
    """What is declared of a function; `inline` if it is quick enough to hold up all else."""

    effect: Effect
    inline: bool = False
    memory_mb: int | None = None


def declared(function: object) -> Declared | None:
    """What is declared of a function, if anything is."""
    found = getattr(function, _DECLARED, None)
    return found if isinstance(found, Declared) else None


def is_megabytes(value: object) -> bool:
    """Whether a value is an amount of memory."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def is_associative(function: object) -> bool:
    """Whether a function may merge any neighbours first."""
    return getattr(function, _ASSOCIATIVE, False) is True


@overload
def pure(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def pure(
    *, inline: bool = False, memory_mb: int | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def pure(
    function: Callable[P, R] | None = None,
    /,
    *,
    inline: bool = False,
    memory_mb: int | None = None,
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare that a function depends on its arguments alone and does nothing else.

    A program may leave it out, call it again, or merge equal calls of it. With `inline` it
    is so quick that it need not have a thread; `memory_mb` is how much memory it takes at most,
    which `ember.execution_options(memory_mb=…)` keeps to. Raises `InputError` for what is no
    such number.

    >>> @pure
    ... def words(text: str) -> int:
    ...     return len(text.split())
    >>> words("one two")
    2
    """

    if memory_mb is not None and not is_megabytes(memory_mb):
        raise InputError(
            f"memory_mb must be an int of at least 1, but got {memory_mb!r}; "
            "give how many megabytes the function takes at most, or leave it out"
        )

    def decorate(found: Callable[P, R]) -> Callable[P, R]:
        setattr(found, _DECLARED, Declared("pure", inline, memory_mb))
        return found

    return decorate if function is None else decorate(function)


def idempotent(function: Callable[P, R], /) -> Callable[P, R]:
    """Declare that a function may be called again with the same arguments.

    >>> @idempotent
    ... def save(name: str, text: str) -> None:
    ...     print(f"{name}: {text}")
    >>> save("a", "b")
    a: b
    """
    setattr(function, _DECLARED, Declared("idempotent"))
    return function


def tool(function: Callable[P, R], /) -> Callable[P, R]:
    """Declare that a function does something: it is called once, and in order.

    >>> @tool
    ... def send(text: str) -> str:
    ...     return f"sent {len(text)}"
    >>> send("hello")
    'sent 5'
    """
    setattr(function, _DECLARED, Declared("effectful"))
    return function


def associative(function: Callable[P, R], /) -> Callable[P, R]:
    """Declare that a function of two values may merge any neighbours of a list first.

    >>> @associative
    ... def longer(first: str, second: str) -> str:
    ...     return max(first, second, key=len)
    >>> longer("a", "bb")
    'bb'
    """
    setattr(function, _ASSOCIATIVE, True)
    return function
