"""Functions made of functions: over lists, and with a state that is handed on.

They are written as programs are, and captured like them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

from ember_mlir.errors import InputError
from ember_mlir.frontend.composition import Operator
from ember_mlir.frontend.guards import Callee
from ember_mlir.frontend.operations.combining import map as map_each
from ember_mlir.frontend.recorder import active_recorder

P = ParamSpec("P")
R = TypeVar("R")
State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")


class Vectorized(Operator[Any, "list[Any]"], Generic[R]):
    """A function over lists: it runs for each row of them, all rows at once."""

    def __init__(self, function: Callable[..., R], axes: Mapping[str, int | None]) -> None:
        self.function = function
        self.axes = {**axes}
        self.names = [*signature(function).parameters]

    def __call__(
        self, *args: Any, inputs: Mapping[str, object] | None = None, **kwargs: Any
    ) -> list[Any]:
        """The results; those of a program are asked for all at once, by one program."""
        run = self.forward
        if isinstance(self.function, Callee) and active_recorder() is None:
            run = _compiled(self)
        answer: list[Any] = run(*args, **{**(inputs or {}), **kwargs})
        return answer

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        given = dict(zip(self.names, args, strict=False))
        given.update(kwargs)
        listed = [name for name in given if self.axes.get(name, 0) is not None]
        fixed = {name: given[name] for name in given if name not in listed}
        function = self.function
        rows = zip(*[given[name] for name in listed], strict=True)

        def for_row(row: tuple[Any, ...]) -> Any:
            return function(**dict(zip(listed, row, strict=True)), **fixed)

        return map_each(for_row, rows)


def _as_written(vectorized: Vectorized[Any]) -> Callable[..., Any]:
    return vectorized.forward


_compiled: Callable[[Vectorized[Any]], Callable[..., Any]] = _as_written


def compile_vectorized(make: Callable[[Vectorized[Any]], Callable[..., Any]]) -> None:
    """Set how a program over lists is compiled: the front end cannot know."""
    global _compiled
    _compiled = make


def vmap(
    function: Callable[..., R], /, *, axes: Mapping[str, int | None] | None = None
) -> Vectorized[R]:
    """`function` over lists of arguments of the same length: the results as a list.

    `axes` says of arguments by name whether they are lists (0) or the same for all (None);
    those that it does not name are lists. Over a program it is one program, which asks for
    all rows at once: `vmap(jit(f))` does as `jit(vmap(f))`. Raises `InputError` for an axis
    that there is not.

    >>> import ember_mlir as ember
    >>> shout = ember.vmap(lambda word, mark: word + mark, axes={"mark": None})
    >>> shout(["a", "b"], "!")
    ['a!', 'b!']
    """
    known = signature(function).parameters
    for name, axis in (axes or {}).items():
        if name not in known or axis not in (0, None):
            names = ", ".join(f"'{known_name}'" for known_name in known)
            raise InputError(
                f"an axis must be 0 or None, for one of the arguments {names}, "
                f"but got {axis!r} for '{name}'; name an argument that is a list"
            )
    return Vectorized(function, axes or {})


def scan(
    function: Callable[[State, Item], tuple[State, Result]],
    initial: State,
    items: Iterable[Item],
) -> tuple[State, list[Result]]:
    """The last state and all results of `function`, which takes each item with a state.

    Each step has to wait for the one before it.

    >>> import ember_mlir as ember
    >>> ember.scan(lambda total, n: (total + n, total * 10), 0, [1, 2, 3])
    (6, [0, 10, 30])
    """
    state = initial
    results: list[Result] = []
    for item in items:
        state, result = function(state, item)
        results.append(result)
    return state, results
