"""What the body of a map does for the text that it asks about."""

from __future__ import annotations

from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.pattern_rewriter import PatternRewriter
from xdsl.rewriter import InsertPoint

from ember_mlir.dialects import ensemble
from ember_mlir.dialects.values import TEXTS, AsksModel
from ember_mlir.passes.analysis.failures import is_effectful
from ember_mlir.passes.batch_requests.calls import Call


def is_local(op: Operation) -> bool:
    """Whether an operation only computes, without regions."""
    return not op.regions and not op.has_trait(AsksModel) and not is_effectful(op)


def is_made_in(block: Block, value: SSAValue) -> bool:
    """Whether `value` is an argument of `block`, or what one of its operations gives."""
    owner = value.owner
    return (owner.parent if isinstance(owner, Operation) else owner) is block


def texts_of(op: ensemble.MapOp, call: Call, rewriter: PatternRewriter) -> SSAValue:
    """The list of the texts that `call`, in the body of `op`, asks about."""
    body = op.body.block
    last = yield_of(body)
    # What else is in the body may fail, whoever reads it.
    if call is body.first_op and call.next_op is last and call.text is body.args[0]:
        return op.items
    leave = ensemble.YieldOp(call.text)
    leave.location = last.location
    rewriter.erase(call)
    rewriter.erase(last)
    body.add_op(leave)
    op.body.detach_block(body)
    texts = ensemble.MapOp(op.items, Region(body), TEXTS)
    texts.location = op.location
    texts.result.name_hint = "texts"
    rewriter.insert(texts, InsertPoint.before(op))
    return texts.result


def yield_of(block: Block) -> Operation:
    """The last operation of a body."""
    last = block.last_op
    assert last is not None
    return last
