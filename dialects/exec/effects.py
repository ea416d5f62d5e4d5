"""Instructions with an effect, and the tokens that keep them in order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xdsl.dialects.builtin import FunctionType, SymbolRefAttr, UnitAttr, i1
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.exec.types import (
    KEY,
    TOKEN,
    HandleType,
    KeyType,
    RunsFrames,
    TokenType,
)
from ember_mlir.dialects.formats import Number, Source
from ember_mlir.dialects.formats.strategies import (
    AUDIENCES,
    EFFECTS,
    Word,
    verify_amounts,
    verify_word,
)
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import (
    DecimalAttr,
    LabelAttr,
    RefersTo,
    SourceAttr,
    Utf8Attr,
)
from ember_mlir.errors import SourceLocation


@op_definition
class DoneOp(DialectOperation):
    """A token that is there once all of these are, lists with all their pieces; of none, at once.

    ```mlir
    exec.frame @both(%a: !llm.text, %b: !llm.list<!llm.text>) -> !exec.token {
      %over = exec.done(%a, %b : !llm.text, !llm.list<!llm.text>)
      exec.return %over : !exec.token
    }
    ```
    """

    name = "exec.done"

    values = var_operand_def()
    result = result_def(TokenType())

    assembly_format = "(`(` $values^ `:` type($values) `)`)? attr-dict"

    def __init__(self, values: Sequence[SSAValue]) -> None:
        super().__init__(operands=[values], result_types=[TOKEN])


@op_definition
class ApplyOp(DialectOperation):
    """The result of a Python function, which the engine is given by name.

    A `pure` or `idempotent` function may be called again. An `effectful` one is called at
    most once, and only after its token: the order of effects is that of their tokens. A
    function that is unknown or raises is the error `FunctionError`.

    ```mlir
    exec.frame @send(%mail: !llm.text, %text: !llm.text) -> !llm.text {
      %polite = exec.apply pure @polite(%mail) at "app.py":3:5 : (!llm.text) -> !llm.text
      %over = exec.done(%text : !llm.text)
      %receipt = exec.apply effectful @send(%polite) after %over at "app.py":4:5
          : (!llm.text) -> !llm.text
      exec.return %receipt : !llm.text
    }
    ```
    """

    name = "exec.apply"

    effect = prop_def(Utf8Attr)
    function = prop_def(SymbolRefAttr)
    arguments = var_operand_def()
    after = opt_operand_def(TokenType())
    source = prop_def(SourceAttr)
    result = result_def()

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    custom_directives = (Source, Word)
    assembly_format = (
        "custom<Word>($effect) $function `(` $arguments `)` (`after` $after^)? "
        "custom<Source>($source) `:` functional-type($arguments, $result) attr-dict"
    )

    def __init__(
        self,
        effect: str,
        function: str,
        arguments: Sequence[SSAValue],
        result_type: Attribute,
        source: SourceLocation,
        *,
        after: SSAValue | None = None,
    ) -> None:
        super().__init__(
            operands=[arguments, after],
            properties={
                "effect": Utf8Attr(effect),
                "function": symbol_ref(function),
                "source": SourceAttr(source),
            },
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_word(self, "effect", EFFECTS)
        if self.effect.data == "effectful" and self.after is None:
            raise VerifyException(
                "a function that is effectful must have a token ('after'), but there is none"
            )


@op_definition
class AfterOp(DialectOperation):
    """A token that is there some seconds after another, or after the frame has begun.

    ```mlir
    exec.frame @late() -> !exec.token {
      %soon = exec.after 0.5 seconds
      %late = exec.after 2 seconds from %soon
      exec.return %late : !exec.token
    }
    ```
    """

    name = "exec.after"

    seconds = prop_def(DecimalAttr)
    start = opt_operand_def(TokenType())
    result = result_def(TokenType())

    custom_directives = (Number,)
    assembly_format = "custom<Number>($seconds) `seconds` (`from` $start^)? attr-dict"

    def __init__(self, seconds: Decimal, start: SSAValue | None = None) -> None:
        super().__init__(
            operands=[start],
            properties={"seconds": DecimalAttr(seconds)},
            result_types=[TOKEN],
        )

    def verify_(self) -> None:
        verify_amounts(self, "seconds")


@op_definition
class CancelOp(DialectOperation):
    """The end of a frame under way; where the condition says no, nothing happens.

    Nothing new starts in the frame, and what is under way is asked to end. The token is
    there when that has really left. A result of the frame that is not there by then never
    will be: whatever reads it fails.

    ```mlir
    exec.frame @guess(%text: !llm.text, %enough: i1) -> !exec.token {
      %late = exec.after 5 seconds
      %run, %same = exec.spawn @same with %text : !llm.text -> !llm.text
      %over = exec.cancel %run when %enough after %late
      exec.return %over : !exec.token
    }
    exec.frame @same(%text: !llm.text) -> !llm.text {
      exec.return %text : !llm.text
    }
    ```
    """

    name = "exec.cancel"

    handle = operand_def(HandleType())
    condition = opt_operand_def(i1)
    after = opt_operand_def(TokenType())
    result = result_def(TokenType())

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    assembly_format = "$handle (`when` $condition^)? (`after` $after^)? attr-dict"

    def __init__(
        self,
        handle: SSAValue,
        *,
        condition: SSAValue | None = None,
        after: SSAValue | None = None,
    ) -> None:
        super().__init__(operands=[handle, condition, after], result_types=[TOKEN])


@op_definition
class CacheLookupOp(DialectOperation, RunsFrames):
    """A result that is kept from before, or what a frame gives where there is none.

    The key is made of the digest, which stands for the work of the frame, of what stands
    behind `with` and, if it is `sampled`, of the tape and the indices of this run; it
    differs between those who may not share: `user`, `tenant` or, for what is public only,
    all (`shared`). The frame takes the key first, to keep its result under it. That a
    result is found again is not promised.

    ```mlir
    exec.lane @lane model "small" from "simulated" concurrency 8
    exec.frame @remember(%text: !llm.text) -> !llm.text {
      %answer = exec.cache_lookup "9f86d081" per user label "public" else @ask
          with %text : !llm.text -> !llm.text
      exec.return %answer : !llm.text
    }
    exec.frame @ask(%key: !exec.key, %text: !llm.text) -> !llm.text {
      %answer = exec.request @lane(%text) temperature 0 site <0> label "public"
      %kept = exec.cache_store %answer under %key for 3600 seconds : !llm.text
      exec.return %answer : !llm.text
    }
    ```
    """

    name = "exec.cache_lookup"

    digest = prop_def(Utf8Attr)
    audience = prop_def(Utf8Attr)
    sampled = opt_prop_def(UnitAttr)
    label = prop_def(LabelAttr)
    frame = prop_def(SymbolRefAttr)
    captures = var_operand_def()
    result = result_def()

    traits = traits_def(RefersTo("frame", "exec.frame"))
    custom_directives = (Word,)
    assembly_format = (
        "$digest `per` custom<Word>($audience) (`sampled` $sampled^)? `label` $label "
        "`else` $frame (`with` $captures^ `:` type($captures))? `->` type($result) attr-dict"
    )

    def __init__(
        self,
        digest: str,
        audience: str,
        label: LabelAttr,
        frame: str,
        captures: Sequence[SSAValue],
        result_type: Attribute,
        *,
        sampled: bool,
    ) -> None:
        super().__init__(
            operands=[captures],
            properties={
                "digest": Utf8Attr(digest),
                "audience": Utf8Attr(audience),
                "sampled": UnitAttr() if sampled else None,
                "label": label,
                "frame": symbol_ref(frame),
            },
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_word(self, "audience", AUDIENCES)
        if self.audience.data == "shared" and self.label.data != "public":
            raise VerifyException(
                f"what all users share must be public, but its label is '{self.label.data}'"
            )

    def frame_names(self) -> Sequence[str]:
        return [self.frame.string_value()]

    def frame_type(self) -> FunctionType:
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([KEY, *captured], [self.result.type])


@op_definition
class CacheStoreOp(DialectOperation):
    """A result kept under a key for some seconds; the token is there when it is kept.

    It fires only when the result is there, so an error is never kept.

    ```mlir
    exec.frame @keep(%key: !exec.key, %text: !llm.text) -> !exec.token {
      %kept = exec.cache_store %text under %key for 3600 seconds : !llm.text
      exec.return %kept : !exec.token
    }
    ```
    """

    name = "exec.cache_store"

    value = operand_def()
    key = operand_def(KeyType())
    seconds = prop_def(DecimalAttr)
    result = result_def(TokenType())

    custom_directives = (Number,)
    assembly_format = (
        "$value `under` $key `for` custom<Number>($seconds) `seconds` `:` type($value) attr-dict"
    )

    def __init__(self, value: SSAValue, key: SSAValue, seconds: Decimal) -> None:
        super().__init__(
            operands=[value, key],
            properties={"seconds": DecimalAttr(seconds)},
            result_types=[TOKEN],
        )

    def verify_(self) -> None:
        verify_amounts(self, "seconds")
