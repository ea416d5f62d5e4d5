"""Bugs that are planted: one for each condition under which a rewrite is legal, and more.

The other ones are traps that rewrites of such programs are known to fall into, wherever in
the compiler the rule is kept that avoids them.
"""

from __future__ import annotations

from ember_mlir.tools.mutants.planted.bug import Planted
from ember_mlir.tools.mutants.planted.calls import CALLS
from ember_mlir.tools.mutants.planted.choices import CHOICES
from ember_mlir.tools.mutants.planted.forms import FORMS
from ember_mlir.tools.mutants.planted.joins import JOINS
from ember_mlir.tools.mutants.planted.moves import MOVES
from ember_mlir.tools.mutants.planted.shapes import SHAPES
from ember_mlir.tools.mutants.planted.traps import TRAPS

PLANTED: tuple[Planted, ...] = (*CALLS, *SHAPES, *FORMS, *MOVES, *CHOICES, *JOINS, *TRAPS)

__all__ = ["PLANTED", "Planted"]
