"""Operations of other packages that say themselves what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from xdsl.dialects.arith import ConstantOp
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, StringAttr, f64, i64
from xdsl.dialects.func import ReturnOp
from xdsl.interfaces import HasFolderInterface
from xdsl.ir import Attribute, Block, Region, SSAValue
from xdsl.irdl import IRDLOperation, irdl_op_definition, operand_def, var_result_def

from ember_mlir.passes.canonicalize.simplifier import Simplifier

THREE, HALF, TEXT = IntegerAttr(3, i64), FloatAttr(0.5, f64), StringAttr("a")


@irdl_op_definition
class Folding(IRDLOperation, HasFolderInterface):
    """Gives what a test says; `None` stands for what it takes."""

    name = "test.folding"

    taken = operand_def(i64)
    given = var_result_def()

    SAID: ClassVar[Sequence[Attribute | None] | None] = None

    def fold(self) -> Sequence[SSAValue | Attribute] | None:
        if self.SAID is None:
            return None
        return [self.taken if found is None else found for found in self.SAID]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (None, None),
        ([None], [None]),
        ([THREE], [THREE]),
        ([HALF], [HALF]),
        ([TEXT], None),
        ([None, THREE, None], [None, THREE, None]),
        ([THREE, TEXT], None),
    ],
)
def test_what_an_operation_folds_to_takes_its_place(
    monkeypatch: pytest.MonkeyPatch,
    said: Sequence[Attribute | None] | None,
    found: Sequence[Attribute | None] | None,
) -> None:
    monkeypatch.setattr(Folding, "SAID", said)
    first = ConstantOp(IntegerAttr(7, i64))
    kinds = [f64 if kind is HALF else i64 for kind in said or [None]]
    folding = Folding(operands=[first.result], result_types=[kinds])
    last = ReturnOp(*folding.given)
    region = Region(Block([first, folding, last]))
    simplifier = Simplifier()
    simplifier.simplify(region)
    simplifier.finish()
    assert simplifier.has_changed == (found is not None)
    owners = [operand.owner for operand in last.operands]
    if found is None:
        assert set(owners) == {folding}
        return
    assert folding.parent is None
    assert first.parent is region.block
    for owner, kind in zip(owners, found, strict=True):
        assert isinstance(owner, ConstantOp)
        assert owner.parent is region.block
        assert (owner is first) == (kind is None)
        assert owner.value == (first.value if kind is None else kind)


def test_what_a_region_takes_may_be_what_an_operation_folds_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Folding, "SAID", [None])
    block = Block(arg_types=[i64])
    folding = Folding(operands=[block.args[0]], result_types=[[i64]])
    last = ReturnOp(*folding.given)
    block.add_ops([folding, last])
    simplifier = Simplifier()
    simplifier.simplify(Region(block))
    simplifier.finish()
    assert list(last.operands) == [block.args[0]]
