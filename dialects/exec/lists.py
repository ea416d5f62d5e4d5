"""Instructions that run a frame for each piece, a tree of frames, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

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
    AnyAttr,
    AttrSizedOperandSegments,
    ParamAttrConstraint,
    VarConstraint,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.exec.types import RunsFrames, verify_number_of_frames
from ember_mlir.dialects.formats import OneOrMore, OnError, integer, verify_arity
from ember_mlir.dialects.formats.strategies import verify_on_error
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import ListType, RefersTo


@op_definition
class FanoutOp(DialectOperation, RunsFrames):
    """A frame run for every piece of a list, or a given number of times.

    The frame takes the piece first (over a list), then what stands behind `with`. Each
    run starts as soon as its own piece is there, or with `in_order` when the one before
    has succeeded as well. The result is in the list's order. A run that fails is the
    failure of all, unless `on_error` leaves its piece out (`drop`), or has another stand
    in its place (`use`).

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
    T: ClassVar = VarConstraint("T", AnyAttr())
    items = opt_operand_def(ListType)
    count = opt_prop_def(IntegerAttr[I64])
    in_order = opt_prop_def(UnitAttr)
    captures = var_operand_def()
    drop = opt_prop_def(UnitAttr)
    default = opt_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(RefersTo("frame", "exec.frame"))
    custom_directives = (OnError,)
    assembly_format = (
        "$frame (`over` $items^ `:` type($items))? (`times` $count^)? (`in_order` $in_order^)? "
        "(`with` $captures^ `:` type($captures))? custom<OnError>($drop, $default) "
        "`->` type($result) attr-dict"
    )

    def __init__(
        self,
        frame: str,
        source: SSAValue | int,
        captures: Sequence[SSAValue],
        result_type: Attribute,
        *,
        in_order: bool = False,
        drop: bool = False,
        default: SSAValue | None = None,
    ) -> None:
        repeated = isinstance(source, int)
        super().__init__(
            operands=[[] if repeated else [source], captures, default],
            properties={
                "frame": symbol_ref(frame),
                "count": integer(source) if repeated else None,
                "in_order": UnitAttr() if in_order else None,
                "drop": UnitAttr() if drop else None,
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
        assert isinstance(self.result.type, ListType)
        verify_on_error(self, self.default, self.result.type.element)

    def frame_names(self) -> Sequence[str]:
        return [self.frame.string_value()]

    def frame_type(self) -> FunctionType:
        assert isinstance(self.result.type, ListType)
        first = (
            [self.items.type.element]
            if self.items is not None and isinstance(self.items.type, ListType)
            else []
        )
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([*first, *captured], [self.result.type.element])


@op_definition
class ReduceOp(DialectOperation, RunsFrames):
    """A list merged to one piece by a tree of frames whose shape is fixed by its length.

    The frame takes a group first, then what stands behind `with`. A node starts as soon
    as its own group is there; nodes are counted level by level from the leaves. With
    `in_order` a node starts when the one counted before is over, too.

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
    in_order = opt_prop_def(UnitAttr)
    captures = var_operand_def()
    result = result_def(T)

    traits = traits_def(RefersTo("frame", "exec.frame"))
    assembly_format = (
        "$frame `over` $items `by` $arity (`in_order` $in_order^)? `:` type($items) "
        "(`with` $captures^ `:` type($captures))? attr-dict"
    )

    def __init__(
        self,
        frame: str,
        items: SSAValue,
        arity: int,
        captures: Sequence[SSAValue],
        *,
        in_order: bool = False,
    ) -> None:
        assert isinstance(items.type, ListType)
        super().__init__(
            operands=[items, captures],
            properties={
                "frame": symbol_ref(frame),
                "arity": integer(arity),
                "in_order": UnitAttr() if in_order else None,
            },
            result_types=[items.type.element],
        )

    def verify_(self) -> None:
        verify_arity(self.arity.value.data)

    def frame_names(self) -> Sequence[str]:
        return [self.frame.string_value()]

    def frame_type(self) -> FunctionType:
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists([self.items.type, *captured], [self.result.type])


@op_definition
class ParallelOp(DialectOperation, RunsFrames):
    """Different frames run at once, with the same arguments; their results as a list.

    The list is in the order written. A frame that fails is the failure of all, unless
    `on_error` leaves its piece out (`drop`), or has another stand in its place (`use`).

    ```mlir
    exec.frame @both(%text: !llm.text) -> !llm.list<!llm.text> {
      %all = exec.parallel [@loud, @soft] with %text : !llm.text on_error use %text
          -> !llm.list<!llm.text>
      exec.return %all : !llm.list<!llm.text>
    }
    exec.frame @loud(%text: !llm.text) -> !llm.text {
      %loud = exec.format "{0}!"(%text)
      exec.return %loud : !llm.text
    }
    exec.frame @soft(%text: !llm.text) -> !llm.text {
      %soft = exec.format "({0})"(%text)
      exec.return %soft : !llm.text
    }
    ```
    """

    name = "exec.parallel"

    T: ClassVar = VarConstraint("T", AnyAttr())
    frames = prop_def(ArrayAttr[SymbolRefAttr])
    captures = var_operand_def()
    drop = opt_prop_def(UnitAttr)
    default = opt_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(RefersTo("frames", "exec.frame"))
    custom_directives = (OneOrMore, OnError)
    assembly_format = (
        "custom<OneOrMore>($frames) (`with` $captures^ `:` type($captures))? "
        "custom<OnError>($drop, $default) `->` type($result) attr-dict"
    )

    def __init__(
        self,
        frames: Sequence[str],
        captures: Sequence[SSAValue],
        result_type: Attribute,
        *,
        drop: bool = False,
        default: SSAValue | None = None,
    ) -> None:
        super().__init__(
            operands=[captures, default],
            properties={
                "frames": ArrayAttr([symbol_ref(frame) for frame in frames]),
                "drop": UnitAttr() if drop else None,
            },
            result_types=[result_type],
        )

    def verify_(self) -> None:
        verify_number_of_frames(self.frames, least=1)
        assert isinstance(self.result.type, ListType)
        verify_on_error(self, self.default, self.result.type.element)

    def frame_names(self) -> Sequence[str]:
        return [frame.string_value() for frame in self.frames.data]

    def frame_type(self) -> FunctionType:
        assert isinstance(self.result.type, ListType)
        captured = [value.type for value in self.captures]
        return FunctionType.from_lists(captured, [self.result.type.element])
