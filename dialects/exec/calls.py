"""Requests, and instructions that run a frame many times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import (
    I64,
    FunctionType,
    IntegerAttr,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AnyAttr,
    AttrSizedOperandSegments,
    IRDLOperation,
    ParamAttrConstraint,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    SAMPLING,
    Number,
    Source,
    integer,
    verify_arity,
    verify_sampling,
)
from ember_mlir.dialects.values import (
    TEXT,
    DecimalAttr,
    DrawAttr,
    LabelAttr,
    ListType,
    RefersTo,
    SourceAttr,
    TextType,
    is_greedy,
)
from ember_mlir.errors import SourceLocation


@irdl_op_definition
class RequestOp(IRDLOperation):
    """One request on a lane.

    Site, label and source are required, so that no pass can lose them: the site is the
    identity of the call, the label says who may see the prompt, the source is the line
    that errors point to (where the text names none, the line of the text itself). A
    `sampled` request reads the tape at its site; one that is not sends no draws.

    ```mlir
    exec.lane @small_lane model "small" from "simulated" concurrency 64
    exec.frame @ask(%prompt: !llm.text) -> !llm.text {
      %a = exec.request @small_lane(%prompt) temperature 0.7 sampled
          site <0> label "public" at "app.py":12:5
      exec.return %a : !llm.text
    }
    ```
    """

    name = "exec.request"

    lane = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType)
    temperature = opt_prop_def(DecimalAttr)
    max_tokens = opt_prop_def(IntegerAttr[I64])
    sampled = opt_prop_def(UnitAttr)
    site = prop_def(DrawAttr)
    label = prop_def(LabelAttr)
    source = prop_def(SourceAttr)
    result = result_def(TextType)

    traits = traits_def(RefersTo("lane", "exec.lane"))
    custom_directives = (Number, Source)
    assembly_format = (
        f"$lane `(` $prompt `)` {SAMPLING} (`sampled` $sampled^)? `site` $site "
        "`label` $label custom<Source>($source) attr-dict"
    )

    def __init__(
        self,
        lane: str,
        prompt: SSAValue,
        *,
        temperature: DecimalAttr | None,
        max_tokens: IntegerAttr | None,
        sampled: bool,
        site: DrawAttr,
        label: LabelAttr,
        source: SourceLocation,
    ) -> None:
        super().__init__(
            operands=[prompt],
            properties={
                "lane": SymbolRefAttr(lane),
                "temperature": temperature,
                "max_tokens": max_tokens,
                "sampled": UnitAttr() if sampled else None,
                "site": site,
                "label": label,
                "source": SourceAttr(source),
            },
            result_types=[TEXT],
        )

    def verify_(self) -> None:
        verify_sampling(self)
        if is_greedy(self) and self.sampled is not None:
            raise VerifyException("a request with temperature 0 must not be 'sampled'")
        if not is_greedy(self) and self.sampled is None:
            raise VerifyException(
                "a request must be 'sampled' unless its temperature is 0, but it is neither"
            )


@irdl_op_definition
class FanoutOp(IRDLOperation):
    """A frame run for every piece of a list, or a given number of times.

    The frame takes the piece first (over a list), then what stands behind `with`. Each
    run starts as soon as its own piece is there. The result is in the list's order.

    ```mlir
    exec.frame @greet_all(%names: !llm.list<!llm.text>, %how: !llm.text)
        -> !llm.list<!llm.text> {
      %all = exec.fanout @greet over %names : !llm.list<!llm.text>
          with %how : !llm.text -> !llm.list<!llm.text>
      exec.return %all : !llm.list<!llm.text>
    }
    exec.frame @greet(%name: !llm.text, %how: !llm.text) -> !llm.text {
      %hello = exec.format "{0} {1}!"(%how, %name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.fanout"

    frame = prop_def(SymbolRefAttr)
    items = opt_operand_def(ListType)
    count = opt_prop_def(IntegerAttr[I64])
    captures = var_operand_def()
    result = result_def(ListType)

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(RefersTo("frame", "exec.frame"))
    assembly_format = (
        "$frame (`over` $items^ `:` type($items))? (`times` $count^)? "
        "(`with` $captures^ `:` type($captures))? `->` type($result) attr-dict"
    )

    def __init__(
        self,
        frame: str,
        source: SSAValue | int,
        captures: Sequence[SSAValue],
        result_type: Attribute,
    ) -> None:
        repeated = isinstance(source, int)
        super().__init__(
            operands=[[] if repeated else [source], captures],
            properties={
                "frame": SymbolRefAttr(frame),
                "count": integer(source) if repeated else None,
            },
            result_types=[result_type],
        )

    def verify_(self) -> None:
        if (self.items is None) == (self.count is None):
            raise VerifyException("a fan-out must run over a list or a number of times")
        if self.count is not None and self.count.value.data < 1:
            raise VerifyException(
                f"a fan-out must run at least 1 time, but got {self.count.value.data}"
            )

    def frame_type(self) -> FunctionType:
        """The type that the frame must have."""
        assert isinstance(self.result.type, ListType)
        first = (
            [self.items.type.element]
            if self.items is not None and isinstance(self.items.type, ListType)
            else []
        )
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([*first, *captured], [self.result.type.element])


@irdl_op_definition
class ReduceOp(IRDLOperation):
    """A list merged to one piece by a tree of frames whose shape is fixed by its length.

    The frame takes a group first, then what stands behind `with`. A node starts as soon
    as its own group is there; nodes are counted level by level from the leaves.

    ```mlir
    exec.frame @glue(%words: !llm.list<!llm.text>) -> !llm.text {
      %all = exec.reduce @node over %words by 4 : !llm.list<!llm.text>
      exec.return %all : !llm.text
    }
    exec.frame @node(%group: !llm.list<!llm.text>) -> !llm.text {
      %glued = exec.join %group with " "
      exec.return %glued : !llm.text
    }
    ```
    """

    name = "exec.reduce"

    T: ClassVar = VarConstraint("T", AnyAttr())
    frame = prop_def(SymbolRefAttr)
    items = operand_def(ParamAttrConstraint.get(ListType, T))
    arity = prop_def(IntegerAttr[I64])
    captures = var_operand_def()
    result = result_def(T)

    traits = traits_def(RefersTo("frame", "exec.frame"))
    assembly_format = (
        "$frame `over` $items `by` $arity `:` type($items) "
        "(`with` $captures^ `:` type($captures))? attr-dict"
    )

    def __init__(
        self, frame: str, items: SSAValue, arity: int, captures: Sequence[SSAValue]
    ) -> None:
        assert isinstance(items.type, ListType)
        super().__init__(
            operands=[items, captures],
            properties={"frame": SymbolRefAttr(frame), "arity": integer(arity)},
            result_types=[items.type.element],
        )

    def verify_(self) -> None:
        verify_arity(self.arity.value.data)

    def frame_type(self) -> FunctionType:
        """The type that the frame must have."""
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([self.items.type, *captured], [self.result.type])
