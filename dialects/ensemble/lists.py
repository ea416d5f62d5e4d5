"""Many of one kind: samples of a request, a region over a list, a list made one."""

from __future__ import annotations

from decimal import Decimal

from xdsl.dialects.builtin import I64, IntegerAttr, SymbolRefAttr, UnitAttr
from xdsl.ir import Attribute, Region, SSAValue
from xdsl.irdl import (
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    region_def,
    result_def,
    traits_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import RecursiveMemoryEffect
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.ensemble.leaves import yielded_type
from ember_mlir.dialects.formats import (
    ANSWER,
    SAMPLING,
    AnswerFields,
    As,
    Number,
    OnError,
    Prompt,
    Quoted,
    Sampling,
    Site,
    Stop,
    integer,
    parse_arity,
    parse_body,
    parse_list_binding,
    parse_on_error,
    print_binding,
    print_body,
    print_on_error,
    verify_arity,
    verify_draw,
    verify_sampling,
)
from ember_mlir.dialects.formats.strategies import verify_on_error
from ember_mlir.dialects.operations import DialectOperation, op_definition, symbol_ref
from ember_mlir.dialects.values import (
    TEXT_OR_MESSAGES,
    TEXTS,
    Canonicalizes,
    DrawAttr,
    DrawsFromTape,
    ListType,
    RefersTo,
    RepeatsRegion,
    TextType,
)


@op_definition
class SampleOp(AnswerFields):
    """Several answers of a model to one prompt, each an independent draw.

    Five samples stay five samples: they are never merged with one another, and the
    list is in order of draw, not of arrival. They may be asked for at once. A sample
    that fails is the failure of all, unless `on_error` leaves it out (`drop`), or has
    another text stand in its place (`use`). What each must look like (`as`), and how often
    it is asked for again (`retries`), is as for `llm.generate`; the text that stands in
    need not look like it.

    The innermost index of the draw counts the samples. Samples that have been calls of
    their own keep their draws, as a list with one for each.

    ```mlir
    llm.model @small from "simulated"
    func.func @drafts(%prompt: !llm.text) -> (!llm.list<!llm.text>, !llm.list<!llm.text>) {
      %drafts = ensemble.sample 5 of @small(%prompt) temperature 0.7 on_error drop draw <0[*]>
      %others = ensemble.sample 3 of @small(%prompt) draw [<1>, <4/1>, <7[2]>]
      func.return %drafts, %others : !llm.list<!llm.text>, !llm.list<!llm.text>
    }
    ```
    """

    name = "ensemble.sample"

    count = prop_def(IntegerAttr[I64])
    model = prop_def(SymbolRefAttr)
    prompt = operand_def(TEXT_OR_MESSAGES)
    drop = opt_prop_def(UnitAttr)
    default = opt_operand_def(TextType)
    draw = opt_prop_def(DrawAttr)
    result = result_def(TEXTS)

    traits = traits_def(DrawsFromTape(), RefersTo("model", "llm.model"), Canonicalizes())
    custom_directives = (As, Number, OnError, Prompt, Quoted, Site, Stop)
    assembly_format = (
        f"$count `of` $model custom<Prompt>($prompt, type($prompt)) {SAMPLING} {ANSWER} "
        "custom<OnError>($drop, $default) custom<Site>($draw) attr-dict"
    )

    def __init__(
        self,
        count: int,
        model: str,
        prompt: SSAValue,
        *,
        temperature: Decimal | None = None,
        max_tokens: int | None = None,
        sampling: Sampling | None = None,
        drop: bool = False,
        default: SSAValue | None = None,
        draw: DrawAttr | None = None,
    ) -> None:
        sampling = sampling or Sampling(temperature=temperature, max_tokens=max_tokens)
        super().__init__(
            operands=[prompt, default],
            properties={
                "count": integer(count),
                "model": symbol_ref(model),
                **sampling.properties(),
                "drop": UnitAttr() if drop else None,
                "draw": draw,
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
        verify_on_error(self, self.default, TextType())


@op_definition
class MapOp(DialectOperation):
    """The results of a region for each element of a list, in the list's order.

    The bodies are independent: they may run in any order or all at once, and a consumer
    may see an element before the others are there. A body that fails is the failure of
    all, unless `on_error` leaves its element out (`drop`), or has another value stand in
    its place (`use`).

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
    drop = opt_prop_def(UnitAttr)
    default = opt_operand_def()
    body = region_def("single_block")
    result = result_def(ListType)

    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion(), Canonicalizes())

    def __init__(
        self,
        items: SSAValue,
        body: Region,
        result_type: Attribute,
        *,
        drop: bool = False,
        default: SSAValue | None = None,
    ) -> None:
        super().__init__(
            operands=[items, default],
            properties={"drop": UnitAttr() if drop else None},
            regions=[body],
            result_types=[result_type],
        )

    def print(self, printer: Printer) -> None:
        print_binding(printer, self, self.items)
        print_on_error(printer, self.drop is not None, self.default)
        printer.print_string(" : ")
        printer.print_attribute(self.items.type)
        printer.print_string(" -> ")
        printer.print_attribute(self.result.type)
        print_body(printer, self)

    @classmethod
    def parse(cls, parser: Parser) -> MapOp:
        argument, items, items_type, (drop, default) = parse_list_binding(
            parser, lambda: parse_on_error(parser)
        )
        parser.parse_punctuation("->")
        result_type = parser.parse_type()
        element = items_type.element if isinstance(items_type, ListType) else items_type
        attributes, body = parse_body(parser, argument.resolve(element))
        yielded = result_type.element if isinstance(result_type, ListType) else result_type
        used = None if default is None else parser.resolve_operand(default, yielded)
        op = cls(items, body, result_type, drop=drop, default=used)
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
        verify_on_error(self, self.default, yielded)


@op_definition
class ReduceOp(DialectOperation):
    """A list made one value by merging groups of neighbours, as a tree of fixed shape.

    The nodes of a level merge `by` neighbours each of the level below; a group of one
    is passed on. So the tree depends on the length of the list alone, never on the
    order of arrival. A node may run as soon as its group is there. The reduction of one
    element is that element; of none it is the error `EmptyReduceError`. A node that fails
    is the failure of the reduction.

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
    traits = traits_def(RecursiveMemoryEffect(), RepeatsRegion(), Canonicalizes())

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
        op = cls(items, arity, body, result_type)
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


def verify_region(op: MapOp | ReduceOp, items: Attribute, *, argument_is_list: bool) -> None:
    """Check that the region takes one element (of a map) or one group (of a reduction)."""
    assert isinstance(items, ListType)
    expected = items if argument_is_list else items.element
    got = [argument.type for argument in op.body.block.args]
    if got != [expected]:
        shown = ", ".join(map(str, got)) or "none"
        raise VerifyException(f"the region must take one {expected}, but got {shown}")
