"""Lists whose pieces become ready one by one, and what runs over them."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import (
    I64,
    IntegerAttr,
    UnitAttr,
)
from xdsl.ir import (
    Attribute,
    Region,
    SSAValue,
)
from xdsl.irdl import (
    AttrSizedOperandSegments,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    Pure,
    RecursiveMemoryEffect,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    integer,
    parse_arity,
    parse_body,
    parse_list_binding,
    parse_on_error,
    print_binding,
    print_body,
    print_on_error,
    verify_arity,
)
from ember_mlir.dialects.formats.strategies import verify_on_error
from ember_mlir.dialects.operations import DialectOperation, op_definition
from ember_mlir.dialects.sched.regions import yielded_type
from ember_mlir.dialects.sched.types import FutureType, StreamType, piece_of, shown, stream_of
from ember_mlir.dialects.values import (
    RepeatsRegion,
)


@op_definition
class ListOp(DialectOperation):
    """A list of pieces that become ready one by one.

    ```mlir
    func.func @pair(%a: !sched.future<!llm.text>) -> !sched.list<!llm.text> {
      %both = sched.list(%a, %a) : !sched.list<!llm.text>
      func.return %both : !sched.list<!llm.text>
    }
    ```
    """

    name = "sched.list"

    items = var_operand_def(FutureType | StreamType)
    result = result_def(StreamType)

    traits = traits_def(Pure())

    def __init__(self, items: Sequence[SSAValue], result_type: Attribute) -> None:
        super().__init__(operands=[items], result_types=[result_type])

    def print(self, printer: Printer) -> None:
        with printer.in_parens():
            printer.print_list(self.items, printer.print_ssa_value)
        printer.print_string(" : ")
        printer.print_attribute(self.result.type)
        printer.print_op_attributes(self.attributes, print_keyword=True)

    @classmethod
    def parse(cls, parser: Parser) -> ListOp:
        items = parser.parse_comma_separated_list(
            parser.Delimiter.PAREN, parser.parse_unresolved_operand
        )
        parser.parse_punctuation(":")
        start = parser.pos
        result_type = parser.parse_type()
        if not isinstance(result_type, StreamType):
            parser.raise_error(
                f"the result must be a !sched.list, but got {result_type}", start, parser.pos
            )
        piece = piece_of(result_type)
        op = cls([parser.resolve_operand(item, piece) for item in items], result_type)
        found = parser.parse_optional_attr_dict_with_keyword()
        op.attributes.update(found.data if found else {})
        return op

    def verify_(self) -> None:
        assert isinstance(self.result.type, StreamType)
        piece = piece_of(self.result.type)
        for item in self.items:
            if item.type != piece:
                raise VerifyException(
                    f"a {self.result.type} must be made of {piece}, but got {item.type}"
                )


@op_definition
class FanoutOp(DialectOperation):
    """A region run for every element of a list, or a given number of times.

    Each run starts as soon as its own element is ready, so two fan-outs in a row never
    wait for the whole list between them. The result is in the list's order. With
    `in_order` a run starts only when the one before has succeeded: only then may there be
    functions with an effect inside.

    A run that fails is the failure of all, unless `on_error` leaves its piece out
    (`drop`), or has another piece stand in its place (`use`). Where pieces may be left
    out, the length of the list is known only when all runs are over.

    ```mlir
    func.func @copy(%words: !sched.list<!llm.text>) -> !sched.list<!llm.text> {
      %copies = sched.fanout %word in %words on_error drop
          : !sched.list<!llm.text> -> !sched.list<!llm.text> do {
        sched.yield %word : !sched.future<!llm.text>
      }
      func.return %copies : !sched.list<!llm.text>
    }
    ```
    """

    name = "sched.fanout"

    items = opt_operand_def(StreamType)
    default = opt_operand_def(FutureType | StreamType)
    count = opt_prop_def(IntegerAttr[I64])
    in_order = opt_prop_def(UnitAttr)
    drop = opt_prop_def(UnitAttr)
    body = region_def("single_block")
    result = result_def(StreamType)

    irdl_options = (AttrSizedOperandSegments(as_property=True),)
    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion())

    def __init__(
        self,
        source: SSAValue | int,
        body: Region,
        result_type: Attribute,
        *,
        in_order: bool = False,
        drop: bool = False,
        default: SSAValue | None = None,
    ) -> None:
        repeated = isinstance(source, int)
        super().__init__(
            operands=[[] if repeated else [source], default],
            properties={
                "count": integer(source) if repeated else None,
                "in_order": UnitAttr() if in_order else None,
                "drop": UnitAttr() if drop else None,
            },
            regions=[body],
            result_types=[result_type],
        )

    def print(self, printer: Printer) -> None:
        if self.items is not None:
            print_binding(printer, self, self.items)
        elif self.count is not None:
            printer.print_string(f" times {self.count.value.data}")
        printer.print_string("" if self.in_order is None else " in_order")
        print_on_error(printer, self.drop is not None, self.default)
        if self.items is not None:
            printer.print_string(" : ")
            printer.print_attribute(self.items.type)
        printer.print_string(" -> ")
        printer.print_attribute(self.result.type)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> FanoutOp:
        argument = items = count = None
        if parser.parse_optional_keyword("times") is not None:
            count = parser.parse_integer(allow_boolean=False)
        else:
            argument = parser.parse_argument(expect_type=False)
            parser.parse_keyword("in")
            items = parser.parse_unresolved_operand()
        in_order = parser.parse_optional_keyword("in_order") is not None
        drop, default = parse_on_error(parser)
        arguments: list[Parser.Argument] = []
        source: SSAValue | int = 0 if count is None else count
        if argument is not None and items is not None:
            parser.parse_punctuation(":")
            items_type = parser.parse_type()
            source = parser.resolve_operand(items, items_type)
            arguments = [argument.resolve(_piece(items_type))]
        parser.parse_punctuation("->")
        result_type = parser.parse_type()
        used = None if default is None else parser.resolve_operand(default, _piece(result_type))
        attributes, body = parse_body(parser, *arguments)
        op = cls(source, body, result_type, in_order=in_order, drop=drop, default=used)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        if (self.items is None) == (self.count is None):
            raise VerifyException("a fan-out must run over a list or a number of times")
        if self.count is not None and self.count.value.data < 1:
            raise VerifyException(
                f"a fan-out must run at least 1 time, but got {self.count.value.data}"
            )
        expected: list[Attribute] = []
        if self.items is not None and isinstance(self.items.type, StreamType):
            expected = [piece_of(self.items.type)]
        _verify_region(self, expected, "fan-out")
        if self.result.type != stream_of(yielded_type(self.body)):
            raise VerifyException(
                f"a fan-out that yields {yielded_type(self.body)} must have the result "
                f"{stream_of(yielded_type(self.body))}, but got {self.result.type}"
            )
        verify_on_error(self, self.default, yielded_type(self.body))


@op_definition
class ReduceOp(DialectOperation):
    """A list merged to one piece by a tree whose shape depends on its length alone.

    A node starts as soon as its own group is there. Nodes are counted level by level
    from the leaves; a group of one is passed on and counts for nothing. With `in_order`
    a node starts only when the one counted before has succeeded: only then may there be
    functions with an effect inside.

    ```mlir
    func.func @glue(%words: !sched.list<!llm.text>) -> !sched.future<!llm.text> {
      %all = sched.reduce %group in %words by 4 : !sched.list<!llm.text> do {
        %glued = sched.task(%g = %group : !sched.list<!llm.text>) -> !sched.future<!llm.text> {
          %text = llm.join %g with " "
          sched.yield %text : !llm.text
        }
        sched.yield %glued : !sched.future<!llm.text>
      }
      func.return %all : !sched.future<!llm.text>
    }
    ```
    """

    name = "sched.reduce"

    items = operand_def(StreamType)
    arity = prop_def(IntegerAttr[I64])
    in_order = opt_prop_def(UnitAttr)
    body = region_def("single_block")
    result = result_def(FutureType | StreamType)

    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion())

    def __init__(
        self,
        items: SSAValue,
        arity: int,
        body: Region,
        result_type: Attribute,
        *,
        in_order: bool = False,
    ) -> None:
        super().__init__(
            operands=[items],
            properties={
                "arity": integer(arity),
                "in_order": UnitAttr() if in_order else None,
            },
            regions=[body],
            result_types=[result_type],
        )

    def print(self, printer: Printer) -> None:
        print_binding(printer, self, self.items)
        printer.print_string(f" by {self.arity.value.data}")
        printer.print_string(" : " if self.in_order is None else " in_order : ")
        printer.print_attribute(self.items.type)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> ReduceOp:
        argument, items, items_type, (arity, in_order) = parse_list_binding(
            parser,
            lambda: (parse_arity(parser), parser.parse_optional_keyword("in_order") is not None),
        )
        attributes, body = parse_body(parser, argument.resolve(items_type))
        op = cls(items, arity, body, _piece(items_type), in_order=in_order)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_arity(self.arity.value.data)
        _verify_region(self, [self.items.type], "reduction")
        yielded = yielded_type(self.body)
        if stream_of(yielded) != self.items.type or self.result.type != yielded:
            raise VerifyException(
                f"a reduction of {self.items.type} must yield and return one of its pieces, "
                f"but got {yielded} and {self.result.type}"
            )


def _verify_region(op: FanoutOp | ReduceOp, expected: Sequence[Attribute], what: str) -> None:
    got = [argument.type for argument in op.body.block.args]
    if got != list(expected):
        raise VerifyException(
            f"the region of this {what} must take {shown(expected)}, but got {shown(got)}"
        )


def _piece(found: Attribute) -> Attribute:
    """The piece of a list; of what is none, that itself, for the verifier to refuse."""
    return piece_of(found) if isinstance(found, StreamType) else found
