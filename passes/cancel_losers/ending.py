"""Ending a group when the arm is taken that does not read it."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import IntegerType, f64
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from ember_mlir.dialects import sched
from ember_mlir.dialects.values import ListType, RecordType, TextType
from ember_mlir.grammars import Value
from ember_mlir.passes.analysis.losers import Group
from ember_mlir.passes.canonicalize.known import written
from ember_mlir.passes.lower_to_sched.loops import opposite
from ember_mlir.passes.lower_to_sched.regions import closed
from ember_mlir.passes.lower_to_sched.tasks import task_of


def cancel_unless_read(group: Group) -> SSAValue:
    """Let a group end when its branch takes the other arm; the value that is read then."""
    branch, place = group.branch, group.last
    value = place.results[0]
    wanted = sched.value_of(value.type)
    unread = empty(wanted)
    assert unread is not None, "what cannot be made up is not cancelled"
    is_read = group.arm is branch.then_body

    def nothing(conditions: Sequence[SSAValue]) -> Sequence[Operation]:
        made = written(unread, wanted)
        lost = opposite(conditions) if is_read else ()
        condition = lost[-1].results[0] if lost else conditions[0]
        return [*made, *lost, sched.AcceptOp(made[-1].results[0], condition)]

    lost = task_of(place, [branch.condition], nothing)
    for op in group.ops:
        op.detach()
    arms = [closed(Block([lost]), place, lost.result), closed(Block(group.ops), place, value)]
    first = sched.FirstOp(arms, value.type)
    first.location = place.location
    first.result.name_hint = value.name_hint
    Rewriter.insert_op(first, InsertPoint.before(branch))
    return first.result


def empty(found: Attribute) -> Value | None:
    """Some value of a type, if one can be written: the empty one."""
    match found:
        case TextType():
            return ""
        case ListType():
            return []
        case RecordType():
            fields = {name: empty(kind) for name, kind in found.fields.items()}
            known: dict[str, Value] = {
                name: value for name, value in fields.items() if value is not None
            }
            return known if len(known) == len(fields) else None
        case IntegerType():
            return 0
        case _:
            return 0.0 if found == f64 else None
