"""The errors that a fallback takes, and what the arms behind its first are told of them."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, StringAttr
from xdsl.ir import Attribute, Operation, Region
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from ember_mlir.dialects.values.types import ObjectType
from ember_mlir.errors import errors_by_name

ERROR = ObjectType()
"""The type of an error that an arm is told of."""

ERRORS = "(`errors` $errors^)?"
"""The names of the errors that the next arm handles; without, it handles all."""


def errors_attribute(names: Sequence[str] | None) -> ArrayAttr[StringAttr] | None:
    """The names of errors as a property; None stands for all errors."""
    return None if names is None else ArrayAttr([StringAttr(name) for name in names])


def names_of(errors: ArrayAttr[StringAttr] | None) -> tuple[str, ...] | None:
    """The names in a property of errors; None if an arm takes all."""
    return None if errors is None else tuple([name.data for name in errors])


def errors_in(op: Operation) -> tuple[str, ...] | None:
    """The names of the errors after which the next arm of an operation runs; None for all."""
    errors = op.properties.get("errors")
    return names_of(errors) if isa(errors, ArrayAttr[StringAttr]) else None


def takes_some_errors(op: Operation) -> bool:
    """Whether an operation names the errors after which its next arm runs.

    >>> from xdsl.dialects.test import TestOp
    >>> takes_some_errors(TestOp(properties={"errors": errors_attribute(["KeyError"])}))
    True
    """
    return "errors" in op.properties


def verify_errors(op: Operation) -> None:
    """Check that the names of errors are known, and that there are some."""
    names = errors_in(op)
    if names is None:
        return
    if not names:
        raise VerifyException("there must be at least 1 error in 'errors', but there is none")
    known = errors_by_name()
    for name in names:
        if name not in known:
            raise VerifyException(
                f"errors must be Python's own or those of a program, but got '{name}'; "
                "name a class that it inherits from, such as 'Exception'"
            )


def verify_told(arms: Sequence[Region], *, told: bool) -> None:
    """Check that arms take nothing but the error that they are told of, all but the first."""
    for number, arm in enumerate(arms):
        expected = (ERROR,) if told and number else ()
        got = tuple([argument.type for argument in arm.block.args])
        if got != expected:
            shown = ", ".join(map(str, got)) or "nothing"
            if expected:
                raise VerifyException(f"a region behind 'else' must take {ERROR}, but got {shown}")
            raise VerifyException(f"the region must take no arguments, but got {shown}")


def print_errors(printer: Printer, op: Operation) -> None:
    """Print ` errors ["KeyError"]`, or nothing."""
    if (errors := op.properties.get("errors")) is not None:
        printer.print_string(" errors ")
        printer.print_attribute(errors)


def parse_errors(parser: Parser) -> list[str] | None:
    """Read what `print_errors` prints."""
    if parser.parse_optional_keyword("errors") is None:
        return None
    return parser.parse_comma_separated_list(parser.Delimiter.SQUARE, parser.parse_str_literal)


def print_arm(printer: Printer, region: Region) -> None:
    """Print a region of several, behind the name of the error that it is told of."""
    for argument in region.blocks[0].args if region.blocks else ():
        # `print_block_argument` would add a location that `parse_argument` cannot read.
        printer.print_ssa_value(argument)
        printer.print_string(" ")
    printer.print_region(region, print_entry_block_args=False)


def parse_arm(parser: Parser, told: Attribute | None) -> Region:
    """Read what `print_arm` prints; `told` is the type of an error there."""
    argument = None if told is None else parser.parse_optional_argument(expect_type=False)
    if argument is None or told is None:
        return parser.parse_region(())
    return parser.parse_region([argument.resolve(told)])
