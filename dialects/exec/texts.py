"""Instructions on texts and lists: each takes no time to speak of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xdsl.dialects.builtin import FloatAttr, IndexType, IntegerAttr, f64, i1, i64
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    AnyAttr,
    IRDLOperation,
    ParamAttrConstraint,
    VarConstraint,
    operand_def,
    prop_def,
    result_def,
    var_operand_def,
)
from xdsl.irdl.declarative_assembly_format import (
    AttributeVariable,
    CustomDirective,
    ParsingState,
    PrintingState,
    TypeDirective,
    irdl_custom_directive,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import verify_template
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    ListType,
    TextType,
    Utf8Attr,
    parse_quoted,
)


@irdl_custom_directive
class Literal(CustomDirective):
    """A known value: `"text"`, `5 : i64`, `true` or `0.5 : f64`."""

    value: AttributeVariable
    type: TypeDirective

    def parse(self, parser: Parser, state: ParsingState) -> None:
        quoted = parser.lexer.input.content[parser.pos] == '"'
        found = Utf8Attr(parse_quoted(parser)) if quoted else parser.parse_attribute()
        self.value.set(state, found)
        self.type.set(state, (_type_of(found),))

    def print(self, printer: Printer, state: PrintingState, op: IRDLOperation) -> None:
        state.print_whitespace(printer)
        value = self.value.get(op)
        if isinstance(value, Utf8Attr):
            value.print_parameter(printer)
        elif value is not None:
            printer.print_attribute(value)


def _type_of(known: Attribute) -> Attribute:
    """The type of a constant; what is none is called a text, for the verifier to refuse."""
    match known:
        case IntegerAttr() | FloatAttr():
            found: Attribute = known.get_type()
            return found
        case _:
            return TEXT


@op_definition
class ConstantOp(DialectOperation):
    """A value that is known: a text, a number, or yes or no.

    ```mlir
    exec.frame @hello() -> (!llm.text, i64, i1) {
      %hello = exec.constant "hello"
      %five = exec.constant 5 : i64
      %yes = exec.constant true
      exec.return %hello, %five, %yes : !llm.text, i64, i1
    }
    ```
    """

    name = "exec.constant"

    value = prop_def(Utf8Attr | IntegerAttr | FloatAttr)
    result = result_def()

    custom_directives = (Literal,)
    assembly_format = "custom<Literal>($value, type($result)) attr-dict"

    def __init__(self, value: str | IntegerAttr | FloatAttr) -> None:
        known = Utf8Attr(value) if isinstance(value, str) else value
        super().__init__(
            properties={"value": known},
            result_types=[TEXT if isinstance(known, Utf8Attr) else known.type],
        )

    def verify_(self) -> None:
        expected = TEXT if isinstance(self.value, Utf8Attr) else self.value.type
        if expected not in (TEXT, i1, i64, f64, IndexType()):
            raise VerifyException(
                f"a constant must be a text, a number (i64, f64) or i1, but got {expected}"
            )
        if self.result.type != expected:
            raise VerifyException(
                f"a constant must have the type of its value, {expected}, "
                f"but got {self.result.type}"
            )


@op_definition
class FormatOp(DialectOperation):
    """A template with its holes filled.

    Values are data: braces in them are never holes.

    ```mlir
    exec.frame @greet(%name: !llm.text) -> !llm.text {
      %hello = exec.format "Hello {0}!"(%name)
      exec.return %hello : !llm.text
    }
    ```
    """

    name = "exec.format"

    template = prop_def(Utf8Attr)
    holes = var_operand_def(TextType)
    result = result_def(TextType)

    assembly_format = "$template (`(` $holes^ `)`)? attr-dict"

    def __init__(self, template: str, holes: Sequence[SSAValue]) -> None:
        super().__init__(
            operands=[holes], properties={"template": Utf8Attr(template)}, result_types=[TEXT]
        )

    def verify_(self) -> None:
        verify_template(self.template.data, len(self.holes))


@op_definition
class ListOp(DialectOperation):
    """A list whose pieces become ready one by one.

    It fires at once: its consumers see each piece when that piece is there.

    ```mlir
    exec.frame @pair(%a: !llm.text) -> !llm.list<!llm.text> {
      %both = exec.list(%a, %a) : !llm.list<!llm.text>
      exec.return %both : !llm.list<!llm.text>
    }
    ```
    """

    name = "exec.list"

    T: ClassVar = VarConstraint("T", AnyAttr())
    items = var_operand_def(T)
    result = result_def(ParamAttrConstraint.get(ListType, T))

    assembly_format = "`(` $items `)` `:` type($result) attr-dict"

    def __init__(self, items: Sequence[SSAValue], result_type: Attribute) -> None:
        super().__init__(operands=[items], result_types=[result_type])


@op_definition
class JoinOp(DialectOperation):
    """The texts of a list as one, once the whole list is there.

    ```mlir
    exec.frame @line(%words: !llm.list<!llm.text>) -> !llm.text {
      %line = exec.join %words with ", "
      exec.return %line : !llm.text
    }
    ```
    """

    name = "exec.join"

    items = operand_def(TEXTS)
    separator = prop_def(Utf8Attr)
    result = result_def(TextType)

    assembly_format = "$items `with` $separator attr-dict"

    def __init__(self, items: SSAValue, separator: str) -> None:
        super().__init__(
            operands=[items], properties={"separator": Utf8Attr(separator)}, result_types=[TEXT]
        )
