"""Instructions that run frames until one of them succeeds."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    FunctionType,
    IntegerAttr,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)

from ember_mlir.dialects.exec.types import RunsFrames, frames_type, verify_number_of_frames
from ember_mlir.dialects.formats import Number, OneOrMore
from ember_mlir.dialects.formats.strategies import (
    HEDGE,
    RETRY,
    Hedge,
    Retry,
    verify_amounts,
    verify_attempt,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import DecimalAttr, RefersTo

_WITH = "(`with` $captures^ `:` type($captures))?"


@op_definition
class FirstOp(DialectOperation, RunsFrames):
    """The result of one of several frames that does not fail, as a rule the first to end.

    All start at once; with `after 2.5 seconds` each starts so long after the one before,
    or when that one fails, and not at all once one has ended. The others are cancelled.
    `by_token` decides when the first token of an answer is there. If all fail, it is the
    error of the last, which tells of the others.

    ```mlir
    exec.lane @lane model "small" from "simulated" concurrency 8
    exec.frame @quick(%text: !llm.text) -> !llm.text {
      %answer = exec.first [@ask, @ask] after 2.5 seconds by_token
          with %text : !llm.text -> !llm.text
      exec.return %answer : !llm.text
    }
    exec.frame @ask(%text: !llm.text) -> !llm.text {
      %answer = exec.request @lane(%text) temperature 0 site <0> label "public"
      exec.return %answer : !llm.text
    }
    ```
    """

    name = "exec.first"

    frames = prop_def(ArrayAttr[SymbolRefAttr])
    delay = opt_prop_def(DecimalAttr)
    by_token = opt_prop_def(UnitAttr)
    captures = var_operand_def()
    result = result_def()

    traits = traits_def(RefersTo("frames", "exec.frame"))
    custom_directives = (Number, OneOrMore)
    assembly_format = f"custom<OneOrMore>($frames) {HEDGE} {_WITH} `->` type($result) attr-dict"

    def __init__(
        self,
        frames: Sequence[str],
        captures: Sequence[SSAValue],
        result_type: Attribute,
        hedge: Hedge | None = None,
    ) -> None:
        super().__init__(
            operands=[captures],
            properties={"frames": _symbols(frames), **(hedge or Hedge()).properties()},
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_number_of_frames(self.frames, least=2)
        verify_amounts(self, "delay")

    def frame_names(self) -> Sequence[str]:
        return [frame.string_value() for frame in self.frames.data]

    def frame_type(self) -> FunctionType:
        return frames_type(self.captures, [self.result.type])


@op_definition
class AttemptOp(DialectOperation, RunsFrames):
    """The result of the first frame that does not fail, each tried a number of times.

    `at_most 8` runs a frame again after an error of the provider that may pass, with the
    same draws; with `redraw` it is run again after a `ParseError` instead, and try k
    appends k to the sites in it (the first appends nothing). Between tries it waits for a
    random time: up to the lower end of `backoff` at first, up to twice that each time
    more, never above the upper end, and never less than the provider asks for.

    The next frame runs after any error of the program. If all fail, it is the error of the
    last, which tells of the others. A result leaves a frame only when all of it has
    succeeded.

    ```mlir
    exec.lane @lane model "small" from "simulated" concurrency 8
    exec.frame @sure(%text: !llm.text) -> !llm.text {
      %answer = exec.attempt [@ask, @sorry] at_most 8 backoff 0.5 to 30 seconds
          with %text : !llm.text -> !llm.text
      exec.return %answer : !llm.text
    }
    exec.frame @ask(%text: !llm.text) -> !llm.text {
      %answer = exec.request @lane(%text) temperature 0 site <0> label "public"
      exec.return %answer : !llm.text
    }
    exec.frame @sorry(%text: !llm.text) -> !llm.text {
      %sorry = exec.constant "I do not know."
      exec.return %sorry : !llm.text
    }
    ```
    """

    name = "exec.attempt"

    frames = prop_def(ArrayAttr[SymbolRefAttr])
    at_most = opt_prop_def(IntegerAttr[I64])
    redraw = opt_prop_def(UnitAttr)
    least_backoff = opt_prop_def(DecimalAttr)
    most_backoff = opt_prop_def(DecimalAttr)
    captures = var_operand_def()
    result = result_def()

    traits = traits_def(RefersTo("frames", "exec.frame"))
    custom_directives = (Number, OneOrMore)
    assembly_format = f"custom<OneOrMore>($frames) {RETRY} {_WITH} `->` type($result) attr-dict"

    def __init__(
        self,
        frames: Sequence[str],
        captures: Sequence[SSAValue],
        result_type: Attribute,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(
            operands=[captures],
            properties={"frames": _symbols(frames), **(retry or Retry()).properties()},
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_number_of_frames(self.frames, least=1)
        verify_attempt(self)

    def frame_names(self) -> Sequence[str]:
        return [frame.string_value() for frame in self.frames.data]

    def frame_type(self) -> FunctionType:
        return frames_type(self.captures, [self.result.type])


def _symbols(names: Sequence[str]) -> ArrayAttr[SymbolRefAttr]:
    return ArrayAttr([symbol_ref(name) for name in names])
