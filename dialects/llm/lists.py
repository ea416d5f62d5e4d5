"""Lists: made, joined, measured, read and searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import I64, IntegerAttr, i64
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AnyAttr,
    ParamAttrConstraint,
    VarConstraint,
    operand_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import NoMemoryEffect, Pure

from ember_mlir.dialects.formats import integer, verify_limits
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import EMBEDDING, TEXT_OR_LIST, Canonicalizes, ListType


@op_definition
class ListOp(DialectOperation):
    """A list of values in the order written.

    ```mlir
    %yes = llm.constant "yes"
    %answers = llm.list(%yes, %yes) : !llm.list<!llm.text>
    ```
    """

    name = "llm.list"

    T: ClassVar = VarConstraint("T", AnyAttr())
    items = var_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    traits = traits_def(Pure())
    assembly_format = "`(` $items `)` `:` type($result) attr-dict"

    def __init__(self, items: Sequence[SSAValue], result_type: ListType) -> None:
        super().__init__(operands=[items], result_types=[result_type])


@op_definition
class GetOp(DialectOperation):
    """The element of a list at an index, which counts from 0, or from the end if negative.

    An index outside of the list is the error `ShapeError`.

    ```mlir
    func.func @first(%words: !llm.list<!llm.text>) -> !llm.text {
      %zero = arith.constant 0 : i64
      %word = llm.get %words[%zero] : !llm.list<!llm.text>
      func.return %word : !llm.text
    }
    ```
    """

    name = "llm.get"

    T: ClassVar = VarConstraint("T", AnyAttr())
    items = operand_def(ParamAttrConstraint.get(ListType, T))
    index = operand_def(i64)
    result = result_def(T)

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect(), Canonicalizes())
    assembly_format = "$items `[` $index `]` `:` type($items) attr-dict"

    def __init__(self, items: SSAValue, index: SSAValue) -> None:
        assert isinstance(items.type, ListType)
        super().__init__(operands=[items, index], result_types=[items.type.element])


@op_definition
class ConcatOp(DialectOperation):
    """Lists of one type made one, in the order written.

    ```mlir
    func.func @twice(%words: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
      %all = llm.concat(%words, %words) : !llm.list<!llm.text>
      func.return %all : !llm.list<!llm.text>
    }
    ```
    """

    name = "llm.concat"

    T: ClassVar = VarConstraint("T", ParamAttrConstraint.get(ListType, AnyAttr()))
    lists = var_operand_def(T)
    result = result_def(T)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "`(` $lists `)` `:` type($result) attr-dict"

    def __init__(self, lists: Sequence[SSAValue], result_type: ListType) -> None:
        super().__init__(operands=[lists], result_types=[result_type])


@op_definition
class LengthOp(DialectOperation):
    """How many elements a list has, or characters a text.

    ```mlir
    func.func @count(%words: !llm.list<!llm.text>) -> i64 {
      %count = llm.length of %words : !llm.list<!llm.text>
      func.return %count : i64
    }
    ```
    """

    name = "llm.length"

    value = operand_def(TEXT_OR_LIST)
    result = result_def(i64)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "`of` $value `:` type($value) attr-dict"

    def __init__(self, value: SSAValue) -> None:
        super().__init__(operands=[value], result_types=[i64])


@op_definition
class TopKOp(DialectOperation):
    """The indices of the vectors nearest to another, the nearest first.

    Nearness is the cosine of the angle between two vectors; it is 0 for a vector of zeros,
    and a vector for which it is no number is the farthest. Of equally near ones the first
    goes first. If there are fewer than `k`, all are taken. Vectors of different lengths are
    the error `ShapeError`.

    ```mlir
    func.func @near(%query: tensor<?xf32>, %all: !llm.list<tensor<?xf32>>) -> !llm.list<i64> {
      %best = llm.top_k 3 of %all near %query
      func.return %best : !llm.list<i64>
    }
    ```
    """

    name = "llm.top_k"

    k = prop_def(IntegerAttr[I64])
    vectors = operand_def(ListType(EMBEDDING))
    query = operand_def(EMBEDDING)
    result = result_def(ListType(i64))

    # It can fail, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect())
    assembly_format = "$k `of` $vectors `near` $query attr-dict"

    def __init__(self, k: int, vectors: SSAValue, query: SSAValue) -> None:
        super().__init__(
            operands=[vectors, query],
            properties={"k": integer(k)},
            result_types=[ListType(i64)],
        )

    def verify_(self) -> None:
        verify_limits(self, "k")
