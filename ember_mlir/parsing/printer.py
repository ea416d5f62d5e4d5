"""The printer: xDSL's, with texts of any script, and with names that read back the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from xdsl.dialects.builtin import NameLoc, UnknownLoc
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue
from xdsl.printer import Printer

from ember_mlir.dialects.values import quote

_READABLE = re.compile(r"[0-9]+|[A-Za-z$._-][A-Za-z0-9$._-]*")
_SUFFIXES = re.compile(r"(?:_[0-9]+)+\Z")


class Names:
    """The names that values are printed by: each is the first of its kind that is free.

    Which one that is depends on the names alone that are taken where it is printed, so
    that a text that is read and printed again has the same names.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._reserved: dict[str, int] = {}
        # For each base a number below which all are taken, for linear time.
        self._first_free: dict[str, int] = {}
        self._log: list[tuple[str, str, int]] = []
        self._scopes: list[int] = []

    def reserve(self, name: str) -> None:
        """Keep `name` for an argument that is printed later."""
        self._reserved[name] = self._reserved.get(name, 0) + 1

    def release(self, name: str) -> None:
        """Give up one reservation of `name`."""
        self._reserved[name] -= 1

    def claim(self, name: str) -> bool:
        """Take just this name, if it is free and can be read back."""
        if name in self._taken or _READABLE.fullmatch(name) is None:
            return False
        self._take(name, name, self._first_free.get(name, 0))
        return True

    def find(self, hint: str | None) -> str:
        """Take the first free name like `hint`; without a hint that can be read, a number."""
        readable = hint is not None and _READABLE.fullmatch(hint) is not None
        # A name loses its number when it is read.
        base = _SUFFIXES.sub("", hint) if readable and hint is not None else ""
        number = self._first_free.get(base, 0)
        while self._is_used(name := _numbered(base, number)):
            number += 1
        self._take(name, base, number)
        return name

    def enter(self) -> None:
        """Begin a scope, whose names are free again behind it."""
        self._scopes.append(len(self._log))

    def leave(self) -> None:
        """End the innermost scope."""
        begin = self._scopes.pop()
        while len(self._log) > begin:
            name, base, number = self._log.pop()
            self._taken.remove(name)
            self._first_free[base] = number

    def _is_used(self, name: str) -> bool:
        # Only what is around a function can take a name away from its arguments.
        reserved = len(self._scopes) < 2 and self._reserved.get(name, 0) > 0
        return reserved or name in self._taken

    def _take(self, name: str, base: str, number: int) -> None:
        self._log.append((name, base, self._first_free.get(base, 0)))
        self._taken.add(name)
        self._first_free[base] = number


def _numbered(base: str, number: int) -> str:
    if not base:
        return str(number)
    return f"{base}_{number}" if number else base


class Utf8Printer(Printer):
    """A printer that writes characters of any script, and arguments' names, as they were."""

    def __init__(self, stream: IO[str], *, generic: bool, locations: bool) -> None:
        super().__init__(stream, print_generic_format=generic, print_debuginfo=locations)
        self._names = Names()
        self._reserved: dict[Operation, list[str]] | None = None
        self._argument: BlockArgument | None = None

    def print_string_literal(self, string: str) -> None:
        self.print_string(quote(string))

    def print_op(self, op: Operation) -> None:
        if self._reserved is None:
            self._reserved = {child: self._reserve(child) for child in _children(op)}
        for name in self._reserved.pop(op, ()):
            self._names.release(name)
        super().print_op(op)

    def _reserve(self, function: Operation) -> list[str]:
        """Keep the names of a function's arguments, by which its inputs are given.

        No value around the function can have one of them.
        """
        blocks = [region.blocks.first for region in function.regions]
        arguments = [argument for block in blocks if block is not None for argument in block.args]
        names = [name for argument in arguments if (name := _written_name(argument)) is not None]
        for name in names:
            self._names.reserve(name)
        return names

    def print_ssa_value(self, value: SSAValue) -> str:
        name = self._ssa_values.get(value)
        if name is None:
            written = _written_name(value)
            if written is not None and self._names.claim(written):
                name = written
            else:
                name = self._names.find(value.name_hint)
            self._ssa_values[value] = name
        self.print_string(f"%{name}")
        return name

    def enter_scope(self) -> None:
        super().enter_scope()
        self._names.enter()

    def exit_scope(self) -> None:
        super().exit_scope()
        self._names.leave()

    def print_op_with_default_format(self, op: Operation) -> None:
        super().print_op_with_default_format(op)
        if self.print_debuginfo:
            self.print_string(" ")
            self.print_attribute(op.location)

    def print_operation_type(self, op: Operation) -> None:
        # xDSL adds the location here, which its parser does not read in `scf.while`.
        self.print_function_type(op.operand_types, op.result_types)

    def print_block_argument(self, arg: BlockArgument, print_type: bool = True) -> None:
        self._argument = arg
        super().print_block_argument(arg, print_type)

    def print_attribute(self, attribute: Attribute) -> None:
        # The name is written already; the location is printed as it was.
        if (
            isinstance(attribute, NameLoc)
            and isinstance(attribute.location, UnknownLoc)
            and self._argument is not None
            and attribute is self._argument.location
        ):
            attribute = attribute.location
        super().print_attribute(attribute)


def _children(op: Operation) -> Iterator[Operation]:
    return (child for region in op.regions for block in region.blocks for child in block.ops)


def _written_name(value: SSAValue) -> str | None:
    location = value.location if isinstance(value, BlockArgument) else None
    return location.desc.data if isinstance(location, NameLoc) else None
