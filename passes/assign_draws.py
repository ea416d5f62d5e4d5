"""`assign-draws`: give every request that has none an identity.

    llm.generate @m(%p)                   =>  llm.generate @m(%p) draw <k>
    llm.generate @m(%p) temperature 0     =>  llm.generate @m(%p) temperature 0 site <k>

`k` counts in program order, from one above the largest number in the function; there
is one `*` per enclosing region that repeats, and one more where a call gives several
answers. Identities that are there stay. The pass keeps `exact`: a fresh draw may be any
draw that nobody else has. It also stamps the module, once, with the hash of its text, so
that the program it came from stays known whatever later passes do.
"""

from __future__ import annotations

from hashlib import blake2b

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from ember_mlir.dialects.ensemble import SampleOp
from ember_mlir.dialects.formats.answers import own_indices
from ember_mlir.dialects.names import PROGRAM
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import (
    AsksModel,
    Draw,
    DrawAttr,
    Utf8Attr,
    repetitions_around,
)


class AssignDrawsPass(ModulePass):
    """Give every request that has none an identity, in program order."""

    name = "assign-draws"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.ops:
            if isinstance(function, func.FuncOp):
                assign_draws(function)
        if PROGRAM not in op.attributes:
            digest = blake2b(str(op).encode(), digest_size=8).hexdigest()
            op.attributes[PROGRAM] = Utf8Attr(digest)


def assign_draws(function: func.FuncOp) -> None:
    """Number the requests of one function."""
    requests = [op for op in walk(function) if op.has_trait(AsksModel)]
    given = [draw for op in requests if (draw := draw_of(op)) is not None]
    taken = [member.chain[0] for draw in given for member in draw.data.members]
    number = max(taken, default=-1)
    for op in requests:
        if draw_of(op) is None:
            number += 1
            repetitions = repetitions_around(op) + own_indices(op) + isinstance(op, SampleOp)
            op.properties["draw"] = DrawAttr(Draw((number,), (None,) * repetitions))


def draw_of(op: Operation) -> DrawAttr | None:
    """The identity of a request, if it has one."""
    draw = op.properties.get("draw")
    return draw if isinstance(draw, DrawAttr) else None
