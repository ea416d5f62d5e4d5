"""Names as users wrote them, beside symbols, which are ASCII."""

from __future__ import annotations

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, NameLoc, StringAttr
from xdsl.ir import Operation
from xdsl.utils.hints import isa

from ember_mlir.dialects.values import Utf8Attr

NAME = "ember.name"
"""The attribute that holds a name as the user wrote it, of a function or argument."""

LABEL = "ember.label"
"""The label of an argument, of a result, or of what a request tells."""

LENGTH_LABEL = "ember.length_label"
"""The label of how many elements a list has that is an argument; else it is `LABEL`'s."""

PROGRAM = "ember.program"
"""The hash of the text that a module came from."""

KEPT = "ember.kept"
"""What the rewrites of a module have kept of the program it came from, if not all."""

KNOWN = frozenset({NAME, LABEL, LENGTH_LABEL, PROGRAM, KEPT})
"""All names of attributes that begin with `ember.`."""


def entry_name(function: Operation) -> str:
    """The name that an invocation of a function is known by, also to its tape."""
    written = function.attributes.get(NAME)
    if isinstance(written, Utf8Attr):
        return written.data
    symbol = function.properties.get("sym_name")
    assert isinstance(symbol, StringAttr)
    return symbol.data


def argument_names(function: Operation) -> list[str]:
    """The names of a function's arguments: `ember.name`, else as the text writes them."""
    arguments = function.regions[0].block.args
    names: list[str] = []
    for argument, attrs in zip(arguments, _argument_attrs(function), strict=True):
        written = attrs.data.get(NAME)
        location = argument.location
        if isinstance(written, Utf8Attr):
            names.append(written.data)
        elif isinstance(location, NameLoc):
            names.append(location.desc.data)
        else:
            names.append(argument.name_hint or str(argument.index))
    return names


def named_arguments(function: Operation) -> ArrayAttr[DictionaryAttr] | None:
    """The attributes of a function's arguments, with `ember.name` written for each."""
    names = argument_names(function)
    if not names:
        return None
    return ArrayAttr(
        [
            DictionaryAttr({**attrs.data, NAME: Utf8Attr(name)})
            for attrs, name in zip(_argument_attrs(function), names, strict=True)
        ]
    )


def _argument_attrs(function: Operation) -> list[DictionaryAttr]:
    attrs = function.properties.get("arg_attrs")
    found = list(attrs.data) if isa(attrs, ArrayAttr[DictionaryAttr]) else []
    missing = len(function.regions[0].block.args) - len(found)
    return found + [DictionaryAttr({})] * missing
