"""The `ensemble` dialect: how many answers are asked for, and how they combine.

Combining is total: ties and empty lists have a defined result or a defined error, and
none of it depends on which answer comes first.
"""

from __future__ import annotations

from decimal import Decimal

from xdsl.dialects.builtin import I64, IntegerAttr, SymbolRefAttr
from xdsl.ir import Attribute, Dialect, Region, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    irdl_op_definition,
    lazy_traits_def,
    operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import (
    HasParent,
    IsTerminator,
    NoMemoryEffect,
    Pure,
    RecursiveMemoryEffect,
)
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats import (
    SAMPLING,
    Number,
    Site,
    integer,
    parse_arity,
    parse_body,
    parse_list_binding,
    print_binding,
    print_body,
    request_properties,
    verify_arity,
    verify_draw,
    verify_sampling,
)
from ember_mlir.dialects.values import (
    TEXT,
    TEXTS,
    DecimalAttr,
    DrawAttr,
    DrawsFromTape,
    ListType,
    RefersTo,
    RepeatsRegion,
    TextType,
)


@irdl_op_definition
class SampleOp(IRDLOperation):
    """Several answers of a model to one prompt, each an independent draw.

    Five samples stay five samples: they are never merged with one another, and the
    list is in order of draw, not of arrival. They may be asked for at once.

    ```mlir
    llm.model @small from "simulated"
    func.func @drafts(%prompt: !llm.text) -> !llm.list<!llm.text> {
      %drafts = ensemble.sample 5 of @small(%prompt) temperature 0.7 draw <0[*]>
      func.return %drafts : !llm.list<!llm.text>
    }
    ```
    """

    name = "ensemble.sample"

    count = prop_def(IntegerAttr[I64])
    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TextType)
    temperature = opt_prop_def(DecimalAttr)
    max_tokens = opt_prop_def(IntegerAttr[I64])
    draw = opt_prop_def(DrawAttr)
    result = result_def(TEXTS)

    traits = traits_def(DrawsFromTape(), RefersTo("model", "llm.model"))
    custom_directives = (Number, Site)
    assembly_format = f"$count `of` $model `(` $prompt `)` {SAMPLING} custom<Site>($draw) attr-dict"

    def __init__(
        self,
        count: int,
        model: str,
        prompt: SSAValue,
        *,
        temperature: Decimal | None = None,
        max_tokens: int | None = None,
        draw: DrawAttr | None = None,
    ) -> None:
        super().__init__(
            operands=[prompt],
            properties={
                "count": integer(count),
                "model": SymbolRefAttr(model),
                **request_properties(temperature=temperature, max_tokens=max_tokens, draw=draw),
            },
            result_types=[TEXTS],
        )

    def verify_(self) -> None:
        if self.count.value.data < 1:
            raise VerifyException(
                f"the number of samples must be at least 1, but got {self.count.value.data}"
            )
        verify_sampling(self)
        verify_draw(self, own=1)


@irdl_op_definition
class MapOp(IRDLOperation):
    """The results of a region for each element of a list, in the list's order.

    The bodies are independent: they may run in any order or all at once, and a consumer
    may see an element before the others are there.

    ```mlir
    func.func @shout(%words: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
      %loud = ensemble.map %word in %words : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
        %shouted = llm.template "{0}!"(%word)
        ensemble.yield %shouted : !llm.text
      }
      func.return %loud : !llm.list<!llm.text>
    }
    ```
    """

    name = "ensemble.map"

    items = operand_def(ListType)
    body = region_def("single_block")
    result = result_def(ListType)

    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion())

    def __init__(self, items: SSAValue, body: Region, result_type: Attribute) -> None:
        super().__init__(operands=[items], regions=[body], result_types=[result_type])

    def print(self, printer: Printer) -> None:
        print_binding(printer, self, self.items)
        printer.print_string(" : ")
        printer.print_attribute(self.items.type)
        printer.print_string(" -> ")
        printer.print_attribute(self.result.type)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> MapOp:
        argument, items, items_type, _ = parse_list_binding(parser, lambda: None)
        parser.parse_punctuation("->")
        result_type = parser.parse_type()
        element = items_type.element if isinstance(items_type, ListType) else items_type
        attributes, body = parse_body(parser, argument.resolve(element))
        op = cls(items, body, result_type)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_region(self, self.items.type, argument_is_list=False)
        yielded = yielded_type(self.body)
        if self.result.type != ListType(yielded):
            raise VerifyException(
                f"a map that yields {yielded} must have the result {ListType(yielded)}, "
                f"but got {self.result.type}"
            )


@irdl_op_definition
class ReduceOp(IRDLOperation):
    """A list made one value by merging groups of neighbours, as a tree of fixed shape.

    The nodes of a level merge `by` neighbours each of the level below; a group of one
    is passed on. So the tree depends on the length of the list alone, never on the
    order of arrival. A node may run as soon as its group is there. The reduction of one
    element is that element; of none it is the error `EmptyReduceError`.

    ```mlir
    func.func @glue(%words: !llm.list<!llm.text>) -> !llm.text {
      %all = ensemble.reduce %group in %words by 4 : !llm.list<!llm.text> do {
        %glued = llm.join %group with " "
        ensemble.yield %glued : !llm.text
      }
      func.return %all : !llm.text
    }
    ```
    """

    name = "ensemble.reduce"

    items = operand_def(ListType)
    arity = prop_def(IntegerAttr[I64])
    body = region_def("single_block")
    result = result_def()

    # A reduction can fail on an empty list, so it may be erased but not speculated.
    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion())

    def __init__(self, items: SSAValue, arity: int, body: Region, result_type: Attribute) -> None:
        super().__init__(
            operands=[items],
            properties={"arity": integer(arity)},
            regions=[body],
            result_types=[result_type],
        )

    def print(self, printer: Printer) -> None:
        print_binding(printer, self, self.items)
        printer.print_string(f" by {self.arity.value.data} : ")
        printer.print_attribute(self.items.type)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> ReduceOp:
        argument, items, items_type, arity = parse_list_binding(parser, lambda: parse_arity(parser))
        attributes, body = parse_body(parser, argument.resolve(items_type))
        result_type = items_type.element if isinstance(items_type, ListType) else items_type
        op = cls(items, arity or 0, body, result_type)
        op.attributes.update(attributes)
        return op

    def verify_(self) -> None:
        verify_arity(self.arity.value.data)
        verify_region(self, self.items.type, argument_is_list=True)
        yielded = yielded_type(self.body)
        if ListType(yielded) != self.items.type or self.result.type != yielded:
            raise VerifyException(
                f"a reduction of {self.items.type} must yield and return its element type, "
                f"but got {yielded} and {self.result.type}"
            )


@irdl_op_definition
class VoteOp(IRDLOperation):
    """The answer given most often.

    Answers are compared without outer white space and without case. A tie goes to the
    answer whose first giver stands earliest in the list, never to the first to arrive,
    and the result is that first giver's text as it was given. A vote over an empty list
    is the error `EmptyVoteError`.

    ```mlir
    func.func @elect(%answers: !llm.list<!llm.text>) -> !llm.text {
      %winner = ensemble.vote %answers : !llm.list<!llm.text>
      func.return %winner : !llm.text
    }
    ```
    """

    name = "ensemble.vote"

    answers = operand_def(TEXTS)
    result = result_def(TextType)

    # It can fail on an empty list, so it may be erased but not speculated.
    traits = traits_def(NoMemoryEffect())
    assembly_format = "$answers `:` type($answers) attr-dict"

    def __init__(self, answers: SSAValue) -> None:
        super().__init__(operands=[answers], result_types=[TEXT])


@irdl_op_definition
class YieldOp(IRDLOperation):
    """The result of one run of a region.

    ```mlir
    func.func @same(%words: !llm.list<!llm.text>) -> !llm.list<!llm.text> {
      %copy = ensemble.map %word in %words : !llm.list<!llm.text> -> !llm.list<!llm.text> do {
        ensemble.yield %word : !llm.text
      }
      func.return %copy : !llm.list<!llm.text>
    }
    ```
    """

    name = "ensemble.yield"

    value = operand_def()

    traits = lazy_traits_def(lambda: (IsTerminator(), HasParent(MapOp, ReduceOp), Pure()))
    assembly_format = "$value `:` type($value) attr-dict"

    def __init__(self, value: SSAValue) -> None:
        super().__init__(operands=[value])


def yielded_type(body: Region) -> Attribute:
    """The type of the value that a region yields."""
    last = body.block.last_op
    if not isinstance(last, YieldOp):
        raise VerifyException("the region must end with 'ensemble.yield', but it does not")
    return last.value.type


def verify_region(op: MapOp | ReduceOp, items: Attribute, *, argument_is_list: bool) -> None:
    """Check that the region takes one element (of a map) or one group (of a reduction)."""
    assert isinstance(items, ListType)
    expected = items if argument_is_list else items.element
    got = [argument.type for argument in op.body.block.args]
    if got != [expected]:
        shown = ", ".join(map(str, got)) or "none"
        raise VerifyException(f"the region must take one {expected}, but got {shown}")


ENSEMBLE = Dialect("ensemble", [SampleOp, MapOp, ReduceOp, VoteOp, YieldOp], [])
