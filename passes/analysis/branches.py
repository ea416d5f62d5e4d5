"""What regions of builtin branches and loops take and give, which xDSL hardly checks."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects import scf
from xdsl.dialects.builtin import i1
from xdsl.ir import Attribute, Operation, Region

from ember_mlir.dialects.locations import invalid

_CHECKED = frozenset({"scf.if", "scf.for", "scf.while"})


def verify_branches(op: Operation) -> None:
    """Check that the regions of `op`, if it is a branch or loop, fit it and one another.

    That it has as many as it must have is checked elsewhere, and is not relied on.
    Raises `InvalidIRError` that names both types.
    """
    if op.name not in _CHECKED:
        return
    results = [result.type for result in op.results]
    match op:
        case scf.IfOp():
            for region in op.regions:
                # A branch without results needs no other arm.
                if region.blocks or results:
                    _check(op, "yield its result types", results, _given(region))
        case scf.ForOp() if len(op.regions) == 1:
            if op.lb.type == i1:
                # One bit is a sign: it can count from -1 to 0, and nowhere else.
                raise invalid(op, "must count with numbers, but got i1")
            # Behind the bounds and the step.
            carried = [value.type for value in op.operands][3:]
            _check(op, "have the result types that it carries", carried, results)
            _check(op, "yield what it carries", carried, _given(op.regions[0]))
        case scf.WhileOp() if len(op.regions) == 2:
            carried = [value.type for value in op.operands]
            before, after = op.regions
            _check(op, "take what it carries", carried, _taken(before))
            _check(op, "pass its result types on", results, _given(before, skip=1))
            _check(op, "take its result types behind 'do'", results, _taken(after))
            _check(op, "yield what it carries", carried, _given(after))
        case _:
            pass


def _taken(region: Region) -> list[Attribute]:
    block = region.blocks.first
    return [] if block is None else [argument.type for argument in block.args]


def _given(region: Region, skip: int = 0) -> list[Attribute]:
    """The types that the last operation of a region gives, behind its first operands."""
    block = region.blocks.first
    last = None if block is None else block.last_op
    return [] if last is None else [value.type for value in last.operands][skip:]


def _check(
    op: Operation, rule: str, expected: Sequence[Attribute], got: Sequence[Attribute]
) -> None:
    if list(expected) != list(got):
        raise invalid(op, f"must {rule}, {_shown(expected)}, but got {_shown(got)}")


def _shown(types: Sequence[Attribute]) -> str:
    return f"({', '.join(map(str, types))})"
