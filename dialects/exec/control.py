"""Instructions that run a frame once, one of two by a condition, or again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import (
    I64,
    FunctionType,
    IntegerAttr,
    SymbolRefAttr,
    i1,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    RangeVarConstraint,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
    var_result_def,
)

from ember_mlir.dialects.exec.types import (
    HANDLE,
    HandleType,
    RunsFrames,
    frames_type,
)
from ember_mlir.dialects.formats import Number, integer, verify_limits
from ember_mlir.dialects.formats.strategies import (
    LIMITS,
    Limits,
    verify_amounts,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import DecimalAttr, RefersTo

_WITH = "(`with` $captures^ `:` type($captures))?"


@op_definition
class SpawnOp(DialectOperation, RunsFrames):
    """A frame run once, as a scope of its own: the handle cancels it.

    Arguments go in and results come out one by one. When an instruction of the frame
    fails, or the deadline passes, nothing new starts in it and what is under way is
    cancelled. A request that might cost more than is left of the `budget` is not sent,
    and is an error; so is a deadline that passes. The budget is part of that of the frame
    around it.

    ```mlir
    exec.frame @bounded(%text: !llm.text) -> !llm.text {
      %run, %same = exec.spawn @same budget 1.50 usd deadline 30 seconds
          with %text : !llm.text -> !llm.text
      exec.return %same : !llm.text
    }
    exec.frame @same(%text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.spawn"

    frame = prop_def(SymbolRefAttr)
    budget = opt_prop_def(DecimalAttr)
    deadline = opt_prop_def(DecimalAttr)
    captures = var_operand_def()
    handle = result_def(HandleType())
    values = var_result_def()

    traits = traits_def(RefersTo("frame", "exec.frame"))
    custom_directives = (Number,)
    assembly_format = f"$frame {LIMITS} {_WITH} (`->` type($values)^)? attr-dict"

    def __init__(
        self,
        frame: str,
        captures: Sequence[SSAValue],
        result_types: Sequence[Attribute],
        limits: Limits | None = None,
    ) -> None:
        super().__init__(
            operands=[captures],
            properties={"frame": symbol_ref(frame), **(limits or Limits()).properties()},
            result_types=[HANDLE, result_types],
        )

    def verify_(self) -> None:
        verify_amounts(self, "budget", "deadline")

    def frame_names(self) -> Sequence[str]:
        return [self.frame.string_value()]

    def frame_type(self) -> FunctionType:
        return frames_type(self.captures, self.values.types)


@op_definition
class SelectOp(DialectOperation, RunsFrames):
    """One of two frames, by a condition; nothing of the other one runs.

    Both take the same arguments, and neither waits for what it does not read.

    ```mlir
    exec.frame @choose(%loudly: i1, %text: !llm.text) -> !llm.text {
      %said = exec.select %loudly then @loud else @soft with %text : !llm.text -> !llm.text
      exec.return %said : !llm.text
    }
    exec.frame @loud(%text: !llm.text) -> !llm.text {
      %loud = exec.format "{0}!"(%text)
      exec.return %loud : !llm.text
    }
    exec.frame @soft(%text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.select"

    condition = operand_def(i1)
    then_frame = prop_def(SymbolRefAttr)
    else_frame = prop_def(SymbolRefAttr)
    captures = var_operand_def()
    values = var_result_def()

    traits = traits_def(RefersTo("then_frame", "exec.frame"), RefersTo("else_frame", "exec.frame"))
    assembly_format = (
        f"$condition `then` $then_frame `else` $else_frame {_WITH} (`->` type($values)^)? attr-dict"
    )

    def __init__(
        self,
        condition: SSAValue,
        then_frame: str,
        else_frame: str,
        captures: Sequence[SSAValue],
        result_types: Sequence[Attribute],
    ) -> None:
        super().__init__(
            operands=[condition, captures],
            properties={
                "then_frame": symbol_ref(then_frame),
                "else_frame": symbol_ref(else_frame),
            },
            result_types=[result_types],
        )

    def frame_names(self) -> Sequence[str]:
        return [self.then_frame.string_value(), self.else_frame.string_value()]

    def frame_type(self) -> FunctionType:
        return frames_type(self.captures, self.values.types)


@op_definition
class LoopOp(DialectOperation, RunsFrames):
    """A frame run again while it says so, at most a number of times; it runs at least once.

    The frame takes the state, then what stands behind `with`. It returns whether to go on,
    then the state of the next run. The results are those of the last run. Runs are counted
    from 0, and a site in the frame has one index for the run. An instruction of the next
    run fires when its own inputs are there: a loop is no barrier.

    ```mlir
    exec.frame @grow(%text: !llm.text, %go: i1) -> !llm.text {
      %more, %longest = exec.loop @twice from %text : !llm.text at_most 3 with %go : i1
      exec.return %longest : !llm.text
    }
    exec.frame @twice(%text: !llm.text, %go: i1) -> (i1, !llm.text) {
      %longer = exec.format "{0} {0}"(%text)
      exec.return %go, %longer : i1, !llm.text
    }
    ```
    """

    name = "exec.loop"

    S: ClassVar = RangeVarConstraint.get("S")
    frame = prop_def(SymbolRefAttr)
    initial = var_operand_def(S)
    at_most = opt_prop_def(IntegerAttr[I64])
    captures = var_operand_def()
    more = result_def(i1)
    state = var_result_def(S)

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(RefersTo("frame", "exec.frame"))
    assembly_format = (
        f"$frame (`from` $initial^ `:` type($initial))? (`at_most` $at_most^)? {_WITH} attr-dict"
    )

    def __init__(
        self,
        frame: str,
        initial: Sequence[SSAValue],
        captures: Sequence[SSAValue],
        at_most: int | None,
    ) -> None:
        super().__init__(
            operands=[initial, captures],
            properties={
                "frame": symbol_ref(frame),
                "at_most": None if at_most is None else integer(at_most),
            },
            result_types=[i1, [value.type for value in initial]],
        )

    def verify_(self) -> None:
        verify_limits(self, "at_most")

    def frame_names(self) -> Sequence[str]:
        return [self.frame.string_value()]

    def frame_type(self) -> FunctionType:
        state = self.initial.types
        taken = (*state, *self.captures.types)
        return FunctionType.from_lists(taken, (i1, *state))
