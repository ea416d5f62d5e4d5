"""The syntax of operations that bind the argument of a region, or join regions by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from xdsl.ir import Attribute, Operation, Region, SSAValue
from xdsl.parser import Parser, UnresolvedOperand
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.formats.errors import parse_arm, print_arm

T = TypeVar("T")

# Operations that bind the argument of their region: `op %x in %items ... do { }`.


def print_binding(printer: Printer, op: Operation, items: SSAValue) -> None:
    """Print ` %x in %items`, where `%x` is the argument of the region of `op`."""
    printer.print_string(" ")
    # `print_block_argument` would add a location that `parse_argument` cannot read.
    printer.print_ssa_value(op.regions[0].block.args[0])
    printer.print_string(" in ")
    printer.print_ssa_value(items)


def print_body(printer: Printer, op: Operation) -> None:
    """Print ` do { … }`, preceded by the discardable attributes if there are any."""
    printer.print_op_attributes(op.attributes, print_keyword=True)
    printer.print_string(" do ")
    printer.print_region(op.regions[0], print_entry_block_args=False)


def parse_body(parser: Parser, *arguments: Parser.Argument) -> tuple[dict[str, Attribute], Region]:
    """Read what `print_body` prints."""
    found = parser.parse_optional_attr_dict_with_keyword()
    parser.parse_keyword("do")
    return dict(found.data) if found else {}, parser.parse_region(arguments)


def parse_list_binding(
    parser: Parser, between: Callable[[], T]
) -> tuple[Parser.UnresolvedArgument, SSAValue, Attribute, T]:
    """Read `%x in %items <between> : type`: (argument, items, their type, between)."""
    argument = parser.parse_argument(expect_type=False)
    parser.parse_keyword("in")
    items = parser.parse_unresolved_operand()
    extra = between()
    parser.parse_punctuation(":")
    items_type = parser.parse_type()
    return argument, parser.resolve_operand(items, items_type), items_type, extra


def parse_arity(parser: Parser) -> int:
    """Read `by 4`."""
    parser.parse_keyword("by")
    return parser.parse_integer(allow_boolean=False, allow_negative=False)


def verify_arity(arity: int) -> None:
    """Check that a reduction makes its list shorter."""
    if arity < 2:
        raise VerifyException(f"the arity of a reduction must be at least 2, but got {arity}")


# What happens to a member that fails.


def print_on_error(printer: Printer, drop: bool, default: SSAValue | None) -> None:
    """Print ` on_error drop`, ` on_error use %value`, or nothing."""
    if default is not None:
        printer.print_string(" on_error use ")
        printer.print_ssa_value(default)
    elif drop:
        printer.print_string(" on_error drop")


def parse_on_error(parser: Parser) -> tuple[bool, UnresolvedOperand | None]:
    """Read what `print_on_error` prints: whether to drop, and the value to use instead."""
    if parser.parse_optional_keyword("on_error") is None:
        return False, None
    if parser.parse_optional_keyword("drop") is not None:
        return True, None
    parser.parse_keyword("use", " or 'drop' after 'on_error'")
    return False, parser.parse_unresolved_operand()


# Operations of several regions, as `do { } else { } else { }`.


def print_arms(printer: Printer, op: Operation, word: str) -> None:
    """Print the regions of `op`, with `word` between them."""
    printer.print_op_attributes(op.attributes, print_keyword=True)
    for index, region in enumerate(op.regions):
        printer.print_string(f" {word} " if index else " do ")
        print_arm(printer, region)


def parse_arms(
    parser: Parser, word: str, told: Attribute | None = None
) -> tuple[dict[str, Attribute], Sequence[Region]]:
    """Read what `print_arms` prints; `told` is the type of what all arms but the first take."""
    found = parser.parse_optional_attr_dict_with_keyword()
    parser.parse_keyword("do")
    regions = [parser.parse_region(())]
    while parser.parse_optional_keyword(word) is not None:
        regions.append(parse_arm(parser, told))
    return dict(found.data) if found else {}, regions
