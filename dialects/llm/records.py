"""Records, and comparisons of values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import i1
from xdsl.ir import SSAValue
from xdsl.irdl import (
    AnyAttr,
    VarConstraint,
    operand_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import (
    TEXT_OR_LIST,
    Canonicalizes,
    ListType,
    RecordType,
    Utf8Attr,
    parse_quoted,
    quote,
    verify_comparable,
)


@op_definition
class RecordOp(DialectOperation):
    """A record of values, in the order of its fields.

    ```mlir
    %name = llm.constant "Ada"
    %age = arith.constant 36 : i64
    %person = llm.record(%name, %age) : !llm.record<"name": !llm.text, "age": i64>
    ```
    """

    name = "llm.record"

    values = var_operand_def()
    result = result_def(RecordType)

    traits = traits_def(Pure())

    def __init__(self, values: Sequence[SSAValue], result_type: RecordType) -> None:
        super().__init__(operands=[values], result_types=[result_type])

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_list(self.values, printer.print_ssa_value)
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)
        printer.print_op_attributes(self.attributes)

    @classmethod
    def parse(cls, parser: Parser) -> RecordOp:
        values = parser.parse_comma_separated_list(
            parser.Delimiter.PAREN, parser.parse_unresolved_operand
        )
        parser.parse_punctuation(":")
        start = parser.pos
        found = parser.parse_type()
        if not isinstance(found, RecordType):
            parser.raise_error(
                f"the result must be a !llm.record, but got {found}", start, parser.pos
            )
        types = list(found.types.data)
        if len(types) != len(values):
            parser.raise_error(_count_rule(found, len(values)), start, parser.pos)
        op = cls(parser.resolve_operands(values, types, start), found)
        op.attributes.update(parser.parse_optional_attr_dict())
        return op

    def verify_(self) -> None:
        assert isinstance(self.result.type, RecordType)
        fields = self.result.type.fields
        if len(fields) != len(self.values):
            raise VerifyException(_count_rule(self.result.type, len(self.values)))
        for (field, expected), value in zip(fields.items(), self.values, strict=True):
            if value.type != expected:
                raise VerifyException(
                    f"the field '{field}' must be {expected}, but got {value.type}"
                )


def _count_rule(record: RecordType, got: int) -> str:
    return f"a record of {len(record.types)} fields must have as many values, but got {got}"


@op_definition
class FieldOp(DialectOperation):
    """The value of a record under a name.

    ```mlir
    func.func @name(%person: !llm.record<"name": !llm.text, "age": i64>) -> !llm.text {
      %name = llm.field "name" of %person : !llm.record<"name": !llm.text, "age": i64>
      func.return %name : !llm.text
    }
    ```
    """

    name = "llm.field"

    field = prop_def(Utf8Attr)
    record = operand_def(RecordType)
    result = result_def()

    traits = traits_def(Pure(), Canonicalizes())

    def __init__(self, field: str, record: SSAValue) -> None:
        assert isinstance(record.type, RecordType)
        super().__init__(
            operands=[record],
            properties={"field": Utf8Attr(field)},
            result_types=[record.type.fields[field]],
        )

    def print(self, printer: Printer) -> None:
        printer.print_string(f" {quote(self.field.data)} of ")
        printer.print_ssa_value(self.record)
        printer.print_string(" : ")
        printer.print_attribute(self.record.type)
        printer.print_op_attributes(self.attributes)

    @classmethod
    def parse(cls, parser: Parser) -> FieldOp:
        start = parser.pos
        field = parse_quoted(parser)
        end = parser.pos
        parser.parse_keyword("of")
        record = parser.parse_unresolved_operand()
        parser.parse_punctuation(":")
        found = parser.parse_type()
        if not isinstance(found, RecordType):
            parser.raise_error(f"a field must be of a !llm.record, but got {found}", start, end)
        if field not in found.fields:
            parser.raise_error(_field_rule(found, field), start, end)
        op = cls(field, parser.resolve_operand(record, found))
        op.attributes.update(parser.parse_optional_attr_dict())
        return op

    def verify_(self) -> None:
        assert isinstance(self.record.type, RecordType)
        expected = self.record.type.fields.get(self.field.data)
        if expected is None:
            raise VerifyException(_field_rule(self.record.type, self.field.data))
        if self.result.type != expected:
            raise VerifyException(
                f"the field '{self.field.data}' must be {expected}, but got {self.result.type}"
            )


def _field_rule(record: RecordType, got: str) -> str:
    known = ", ".join(f"'{name}'" for name in record.fields) or "none"
    return f"a field must be one of the record's, {known}, but got '{got}'"


@op_definition
class EqualOp(DialectOperation):
    """Whether two values of one type are the same.

    Texts are the same if all their characters are: white space and case count. What is not
    a number is not the same as itself, alone or in a list or record. Objects cannot be
    compared.

    ```mlir
    func.func @same(%a: !llm.text, %b: !llm.text) -> i1 {
      %same = llm.equal %a, %b : !llm.text
      func.return %same : i1
    }
    ```
    """

    name = "llm.equal"

    T: ClassVar = VarConstraint("T", AnyAttr())
    left = operand_def(T)
    right = operand_def(T)
    result = result_def(i1)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "$left `,` $right `:` type($left) attr-dict"

    def __init__(self, left: SSAValue, right: SSAValue) -> None:
        super().__init__(operands=[left, right], result_types=[i1])

    def verify_(self) -> None:
        verify_comparable(self.left.type)


@op_definition
class ContainsOp(DialectOperation):
    """Whether a text contains another, or a list an element that is the same.

    The empty text is in every text.

    ```mlir
    func.func @mentions(%text: !llm.text, %word: !llm.text) -> i1 {
      %found = llm.contains %text, %word : !llm.text, !llm.text
      func.return %found : i1
    }
    ```
    """

    name = "llm.contains"

    whole = operand_def(TEXT_OR_LIST)
    part = operand_def()
    result = result_def(i1)

    traits = traits_def(Pure(), Canonicalizes())
    assembly_format = "$whole `,` $part `:` type($whole) `,` type($part) attr-dict"

    def __init__(self, whole: SSAValue, part: SSAValue) -> None:
        super().__init__(operands=[whole, part], result_types=[i1])

    def verify_(self) -> None:
        whole = self.whole.type
        expected = whole.element if isinstance(whole, ListType) else whole
        if self.part.type != expected:
            raise VerifyException(f"{whole} can contain {expected}, but got {self.part.type}")
        verify_comparable(expected)
