"""A bug that is planted: the condition that it breaks, and the text that it replaces."""

from __future__ import annotations

from typing import NamedTuple

from ember_mlir.tools.mutants.changes import Change, replacement
from ember_mlir.tools.mutants.targets import Suite, suite_of


class Planted(NamedTuple):
    """A bug in a pass: the `condition` that it breaks, and a text that is replaced.

    It stands in a module or folder of modules, as `passes/merge_calls`. The tests of the file
    must notice it, or those that are named here.
    """

    group: str
    condition: str
    place: str
    old: str
    new: str
    lit: tuple[str, ...] = ()
    python: tuple[str, ...] = ()

    @property
    def change(self) -> Change:
        """What is done to the source.

        Raises `InputError` if the text that is replaced does not stand there once.
        """
        return replacement(self.place, self.old, self.new, self.condition)

    @property
    def tests(self) -> Suite:
        """The tests that must notice it."""
        named = Suite(self.lit, self.python)
        return named if self.lit or self.python else suite_of(self.change.path)
