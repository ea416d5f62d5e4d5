"""`cap-answers`: give every answer without a limit one.

    llm.generate @m(%p)  =>  llm.generate @m(%p) max_tokens 256

An answer may be cut off by it, which is an error, so this keeps `meaning` only, and runs
only where that is allowed. Calls that have a limit keep their own.
"""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64

from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.llm import GenerateOp
from ember_mlir.passes.equivalence import MEANING
from ember_mlir.passes.optimization import Optimization, fired, missed


@dataclass(frozen=True)
class CapAnswersPass(Optimization):
    """Give every answer without a limit one."""

    name = "cap-answers"
    equivalence = "meaning"

    tokens: int = 256

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for found in op.walk():
            if not isinstance(found, GenerateOp | SampleOp):
                continue
            if found.max_tokens is not None:
                missed(found, "has a limit of its own")
                continue
            fired(found, f"ends after {self.tokens} tokens", MEANING)
            found.properties["max_tokens"] = IntegerAttr(self.tokens, i64)
