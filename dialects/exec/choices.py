"""Instructions that run frames until one of them succeeds."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    I64,
    ArrayAttr,
    FunctionType,
    IntegerAttr,
    StringAttr,
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
from ember_mlir.dialects.formats.errors import ERROR, ERRORS, errors_attribute, verify_errors
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

    With `errors`, the next frame runs only after an error with one of these names, and
    takes it before what it captures; any other is the error of the attempt. Of several
    errors in a frame the one that comes first counts, at one moment the first in the text.

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
    exec.frame @told(%text: !llm.text) -> !llm.text {
      %answer = exec.attempt [@ask, @why] errors ["ProviderError"]
          with %text : !llm.text -> !llm.text
      exec.return %answer : !llm.text
    }
    exec.frame @why(%error: !llm.object, %text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.attempt"

    errors = opt_prop_def(ArrayAttr[StringAttr])
    frames = prop_def(ArrayAttr[SymbolRefAttr])
    at_most = opt_prop_def(IntegerAttr[I64])
    redraw = opt_prop_def(UnitAttr)
    least_backoff = opt_prop_def(DecimalAttr)
    most_backoff = opt_prop_def(DecimalAttr)
    captures = var_operand_def()
    result = result_def()

    traits = traits_def(RefersTo("frames", "exec.frame"))
    custom_directives = (Number, OneOrMore)
    assembly_format = (
        f"custom<OneOrMore>($frames) {ERRORS} {RETRY} {_WITH} `->` type($result) attr-dict"
    )

    def __init__(
        self,
        frames: Sequence[str],
        captures: Sequence[SSAValue],
        result_type: Attribute,
        retry: Retry | None = None,
        errors: Sequence[str] | None = None,
    ) -> None:
        super().__init__(
            operands=[captures],
            properties={
                "frames": _symbols(frames),
                "errors": errors_attribute(errors),
                **(retry or Retry()).properties(),
            },
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_number_of_frames(self.frames, least=1)
        verify_errors(self)
        verify_attempt(self)

    def frame_names(self) -> Sequence[str]:
        return [frame.string_value() for frame in self.frames.data]

    def frame_type(self) -> FunctionType:
        return frames_type(self.captures, [self.result.type])

    def frame_type_at(self, number: int) -> FunctionType:
        found = self.frame_type()
        if self.errors is None or not number:
            return found
        return FunctionType.from_lists([ERROR, *found.inputs], found.outputs.data)


def _symbols(names: Sequence[str]) -> ArrayAttr[SymbolRefAttr]:
    return ArrayAttr([symbol_ref(name) for name in names])
