"""Votes: over all answers, or over as many as decide."""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import I64, IntegerAttr, UnitAttr
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AnyAttr,
    ParamAttrConstraint,
    VarConstraint,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    result_def,
)

from ember_mlir.dialects.formats import Number
from ember_mlir.dialects.formats.strategies import (
    STOP,
    Stopping,
    Word,
    verify_quorum,
    verify_vote,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import DecimalAttr, ListType, Utf8Attr

_TYPES = "`:` type($answers) (`,` type($keys)^)? attr-dict"


@op_definition
class VoteOp(DialectOperation):
    """The answer given most often, once the whole list is there.

    The rule is that of `ensemble.vote`: keys, ties, `min_valid` and `stop` mean the same. A
    vote of fewer answers than that is the error `EmptyVoteError`; keys of another length are
    the error `ShapeError`.

    ```mlir
    exec.frame @elect(%answers: !llm.list<!llm.text>, %keys: !llm.list<i64>) -> !llm.text {
      %winner = exec.vote %answers by %keys min_valid 3 : !llm.list<!llm.text>, !llm.list<i64>
      exec.return %winner : !llm.text
    }
    ```
    """

    name = "exec.vote"

    T: ClassVar = VarConstraint("T", AnyAttr())
    answers = operand_def(ParamAttrConstraint.get(ListType, T))
    keys = opt_operand_def(ListType)
    min_valid = opt_prop_def(IntegerAttr[I64])
    stop = opt_prop_def(Utf8Attr)
    confidence = opt_prop_def(DecimalAttr)
    at_once = opt_prop_def(UnitAttr)
    result = result_def(T)

    custom_directives = (Number, Word)
    assembly_format = f"$answers (`by` $keys^)? (`min_valid` $min_valid^)? {STOP} {_TYPES}"

    def __init__(
        self, answers: SSAValue, *, keys: SSAValue | None = None, rule: Stopping | None = None
    ) -> None:
        assert isinstance(answers.type, ListType)
        super().__init__(
            operands=[answers, keys],
            properties=(rule or Stopping()).properties(),
            result_types=[answers.type.element],
        )

    def verify_(self) -> None:
        verify_vote(self)


@op_definition
class QuorumOp(DialectOperation):
    """The answer given most often, as soon as that is known; what is missing is cancelled.

    The rule is that of `exec.vote`. With `stop lossless` it is there when no assignment of
    the missing answers could change it. With `stop adaptive confidence 0.95` it is there
    when the longest row of answers from the first on makes its lead that likely to last.
    Without `stop` it waits for all. One that stops is the only reader of its list, and
    draws further answers from it only as it needs them, or with `at_once` all in the beginning.

    ```mlir
    exec.lane @lane model "small" from "simulated" concurrency 8
    exec.frame @elect(%text: !llm.text) -> !llm.text {
      %answers = exec.fanout @ask times 5 with %text : !llm.text -> !llm.list<!llm.text>
      %winner = exec.quorum %answers min_valid 3 stop lossless : !llm.list<!llm.text>
      exec.return %winner : !llm.text
    }
    exec.frame @ask(%text: !llm.text) -> !llm.text {
      %answer = exec.request @lane(%text) sampled site <0[*]> label "public"
      exec.return %answer : !llm.text
    }
    ```
    """

    name = "exec.quorum"

    T: ClassVar = VarConstraint("T", AnyAttr())
    answers = operand_def(ParamAttrConstraint.get(ListType, T))
    keys = opt_operand_def(ListType)
    min_valid = opt_prop_def(IntegerAttr[I64])
    stop = opt_prop_def(Utf8Attr)
    confidence = opt_prop_def(DecimalAttr)
    at_once = opt_prop_def(UnitAttr)
    result = result_def(T)

    custom_directives = (Number, Word)
    assembly_format = f"$answers (`by` $keys^)? (`min_valid` $min_valid^)? {STOP} {_TYPES}"

    def __init__(
        self, answers: SSAValue, *, keys: SSAValue | None = None, rule: Stopping | None = None
    ) -> None:
        assert isinstance(answers.type, ListType)
        super().__init__(
            operands=[answers, keys],
            properties=(rule or Stopping()).properties(),
            result_types=[answers.type.element],
        )

    def verify_(self) -> None:
        verify_quorum(self)
