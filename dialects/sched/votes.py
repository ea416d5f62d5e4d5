"""How answers are chosen: by a vote that may stop early, by a judge, or by a test."""

from __future__ import annotations

from typing import ClassVar

from xdsl.dialects.builtin import I64, IntegerAttr, UnitAttr, i1
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AnyAttr,
    ParamAttrConstraint,
    VarConstraint,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import HasParent, NoMemoryEffect

from ember_mlir.dialects.formats import Number
from ember_mlir.dialects.formats.strategies import STOP, Stopping, Word, verify_quorum
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.tasks import TaskOp
from ember_mlir.dialects.sched.types import FutureType, StreamType
from ember_mlir.dialects.values import TEXT, TEXTS, DecimalAttr, TextType, Utf8Attr


@op_definition
class QuorumOp(DialectOperation):
    """The answer given most often, as soon as that is known; what is missing is cancelled.

    The rule is that of `ensemble.vote`: keys, ties and `min_valid` mean the same. With
    `stop lossless` it is ready when no assignment of the missing answers could change it.
    With `stop adaptive confidence 0.95` it is ready when the longest row of answers from
    the first on makes its lead that likely to last; then the result may differ. Without
    `stop` it waits for all. One that stops asks for answers as it needs them, or with
    `at_once` for all in the beginning. It is the only reader of its list, so that nobody
    misses what it cancels.

    ```mlir
    func.func @elect(%answers: !sched.list<!llm.text>, %keys: !sched.list<i64>)
        -> !sched.future<!llm.text> {
      %winner = sched.quorum %answers by %keys min_valid 3 stop lossless
          : !sched.list<!llm.text>, !sched.list<i64>
      func.return %winner : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.quorum"

    T: ClassVar = VarConstraint("T", AnyAttr())
    answers = operand_def(ParamAttrConstraint.get(StreamType, T))
    keys = opt_operand_def(StreamType)
    min_valid = opt_prop_def(IntegerAttr[I64])
    stop = opt_prop_def(Utf8Attr)
    confidence = opt_prop_def(DecimalAttr)
    at_once = opt_prop_def(UnitAttr)
    result = result_def(ParamAttrConstraint.get(FutureType, T))

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect())
    custom_directives = (Number, Word)
    assembly_format = (
        f"$answers (`by` $keys^)? (`min_valid` $min_valid^)? {STOP} `:` type($answers) "
        "(`,` type($keys)^)? attr-dict"
    )

    def __init__(
        self, answers: SSAValue, *, keys: SSAValue | None = None, rule: Stopping | None = None
    ) -> None:
        assert isinstance(answers.type, StreamType)
        super().__init__(
            operands=[answers, keys],
            properties=(rule or Stopping()).properties(),
            result_types=[FutureType(answers.type.element)],
        )

    def verify_(self) -> None:
        verify_quorum(self)


@op_definition
class BallotOp(DialectOperation):
    """What a judge is asked: the prompt, and the answers under their numbers from 1.

    Its words are those of `ensemble.judge`. Of no answer it is the error
    `EmptyChoiceError`.

    ```mlir
    func.func @ask(%prompt: !sched.future<!llm.text>, %answers: !sched.list<!llm.text>)
        -> !sched.future<!llm.text> {
      %ballot = sched.task(%p = %prompt : !sched.future<!llm.text>,
          %a = %answers : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
        %text = sched.ballot %p among %a
        sched.yield %text : !llm.text
      }
      func.return %ballot : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.ballot"

    prompt = operand_def(TextType)
    answers = operand_def(TEXTS)
    result = result_def(TextType)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), HasParent(TaskOp))
    assembly_format = "$prompt `among` $answers attr-dict"

    def __init__(self, prompt: SSAValue, answers: SSAValue) -> None:
        super().__init__(operands=[prompt, answers], result_types=[TEXT])


@op_definition
class ElectOp(DialectOperation):
    """The answer whose number a judge has named: the first number in its reply decides.

    A reply without the number of an answer is the error `ParseError`.

    ```mlir
    func.func @read(%reply: !sched.future<!llm.text>, %answers: !sched.list<!llm.text>)
        -> !sched.future<!llm.text> {
      %winner = sched.task(%r = %reply : !sched.future<!llm.text>,
          %a = %answers : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
        %text = sched.elect %r among %a
        sched.yield %text : !llm.text
      }
      func.return %winner : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.elect"

    reply = operand_def(TextType)
    answers = operand_def(TEXTS)
    result = result_def(TextType)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), HasParent(TaskOp))
    assembly_format = "$reply `among` $answers attr-dict"

    def __init__(self, reply: SSAValue, answers: SSAValue) -> None:
        super().__init__(operands=[reply, answers], result_types=[TEXT])


@op_definition
class AcceptOp(DialectOperation):
    """A value, if it is accepted; else the error `NotAcceptedError`.

    It is what a cascade without another rung, or a refinement without another round,
    ends with.

    ```mlir
    func.func @check(%draft: !sched.future<!llm.text>, %good: !sched.future<i1>)
        -> !sched.future<!llm.text> {
      %checked = sched.task(%d = %draft : !sched.future<!llm.text>, %ok = %good : !sched.future<i1>)
          -> !sched.future<!llm.text> {
        %accepted = sched.accept %d if %ok : !llm.text
        sched.yield %accepted : !llm.text
      }
      func.return %checked : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.accept"

    T: ClassVar = VarConstraint("T", AnyAttr())
    value = operand_def(T)
    condition = operand_def(i1)
    result = result_def(T)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), HasParent(TaskOp))
    assembly_format = "$value `if` $condition `:` type($value) attr-dict"

    def __init__(self, value: SSAValue, condition: SSAValue) -> None:
        super().__init__(operands=[value, condition], result_types=[value.type])
