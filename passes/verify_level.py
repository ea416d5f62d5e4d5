"""`verify-level`: check that a module is valid and belongs to one level.

It changes nothing. Each level of a pipeline ends with it, so that what one level hands
to the next is what the next one's documentation says.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from ember_mlir.passes.analysis.levels import verify_level


@dataclass(frozen=True)
class VerifyLevelPass(ModulePass):
    """Check that a module is valid and belongs to one level."""

    name = "verify-level"
    equivalence = "exact"

    level: str = "llm"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        verify_level(op, self.level)
