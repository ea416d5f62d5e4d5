"""`assign-draws`: give every request that has none an identity.

    llm.generate @m(%p)                   =>  llm.generate @m(%p) draw <k>
    llm.generate @m(%p) temperature 0     =>  llm.generate @m(%p) temperature 0 site <k>

`k` counts in program order, from one above the largest number in the function; there
is one `*` per enclosing region that repeats, and one more where a call gives several
answers. Identities that are there stay. The pass keeps `exact`: a fresh draw may be any
draw that nobody else has. It also stamps the module, once, with the hash of what it
holds, so that the program it came from stays known whatever later passes do.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Operation, SSAValue
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
from ember_mlir.limits import on_any_stack


class AssignDrawsPass(ModulePass):
    """Give every request that has none an identity, in program order."""

    name = "assign-draws"
    equivalence = "exact"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for function in op.ops:
            if isinstance(function, func.FuncOp):
                assign_draws(function)
        if PROGRAM not in op.attributes:
            op.attributes[PROGRAM] = Utf8Attr(stamp_of(op))


def stamp_of(module: ModuleOp) -> str:
    """The hash of a module, whatever its values are named and wherever it comes from."""
    return on_any_stack(lambda: _Stamp().of(module))


class _Stamp:
    """The hash of a module: what its operations are, and which values they use."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=8)
        self._numbers: dict[SSAValue, int] = {}
        self._texts: dict[int, str] = {}

    def of(self, module: ModuleOp) -> str:
        """The hash of `module`."""
        self._add(module)
        return self._digest.hexdigest()

    def _add(self, op: Operation) -> None:
        self._define(op.results)
        found = {**op.properties, **op.attributes}
        parts = (
            op.name,
            [self._numbers.get(value) for value in op.operands],
            [(name, self._text_of(found[name])) for name in sorted(found)],
            [self._text_of(kind) for kind in op.result_types],
        )
        self._digest.update(repr(parts).encode())
        for region in op.regions:
            for block in region.blocks:
                self._define(block.args)
                kinds = [self._text_of(argument.type) for argument in block.args]
                self._digest.update(repr(kinds).encode())
                for inner in block.ops:
                    self._add(inner)
            self._digest.update(b"end")

    def _define(self, values: Iterable[SSAValue]) -> None:
        for value in values:
            self._numbers[value] = len(self._numbers)

    def _text_of(self, attribute: Attribute) -> str:
        # These are written once each, and printing an attribute takes far longer.
        if isinstance(attribute, Utf8Attr | DrawAttr):
            return f"{attribute.name} {attribute.data!r}"
        key = id(attribute)
        if key not in self._texts:
            self._texts[key] = str(attribute)
        return self._texts[key]


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
