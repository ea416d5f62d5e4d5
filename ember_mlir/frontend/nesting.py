"""The operators that are under way in a capture, and what the program calls each.

They are named as a reader finds them: by the attribute of the operator around that holds
them, and by their class where there is none. The names go into locations alone, so they
never decide what a program does.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ember_mlir.frontend.narrowing import is_any_dict, is_any_namespace, is_any_sequence


class Nesting:
    """The operators around what is captured now, from the outermost in.

    `path` is their names, as in `Pipeline/refine/draft`; empty outside of all.
    """

    __slots__ = ("_around", "_read", "path")

    def __init__(self) -> None:
        self.path = ""
        self._around: list[object] = []
        # The value is kept, so that its identity stays its own.
        self._read: dict[int, tuple[str, object]] = {}

    def note(self, name: str, operator: object) -> None:
        """Take note that an operator was read from an attribute."""
        self._read[id(operator)] = name, operator

    @contextmanager
    def inside(self, operator: object) -> Generator[None]:
        """Be inside of a call of an operator."""
        before = self.path
        name = self._name(operator)
        self.path = f"{before}/{name}" if before else name
        self._around.append(operator)
        try:
            yield
        finally:
            self._around.pop()
            self.path = before

    def _name(self, operator: object) -> str:
        """What the operator around calls one: one that it does not hold is what it is."""
        around: object = getattr(self._around[-1], "__dict__", {}) if self._around else {}
        found = _held(around, operator) if is_any_namespace(around) else None
        read, _ = self._read.get(id(operator), (None, None))
        if found is not None and read is not None and is_any_namespace(around):
            # It may be held by several names: it is called by the one that was read.
            return read if around.get(read) is operator else found
        return found or type(operator).__name__


def _held(attributes: dict[str, object], operator: object) -> str | None:
    """The first attribute that is an operator, or the first place of one that holds it."""
    for name, value in attributes.items():
        if value is operator:
            return name
    for name, value in attributes.items():
        if is_any_sequence(value):
            entries = list(enumerate(value))
        else:
            entries = [*value.items()] if is_any_dict(value) else []
        for key, item in entries:
            if item is operator:
                return f"{name}[{key}]"
    return None
