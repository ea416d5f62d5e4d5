"""The errors that the operations of a program may be when it runs.

What is not known may be any error: a handler that takes only some of them is refused then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xdsl.dialects import scf
from xdsl.ir import Block, Operation
from xdsl.traits import is_speculatable

from ember_mlir.dialects.llm import ApplyOp, GenerateOp, GetOp, LengthOp, ParseOp
from ember_mlir.errors import FunctionError, ParseError, ProgramError, ProviderError
from ember_mlir.frontend.applied import Applied, Functions, Hole
from ember_mlir.frontend.layouts import BOOL, FLOAT, INT, TEXT_LEAF, Layout, ListOf
from ember_mlir.frontend.library import TEXT_METHODS, is_enumeration, is_function_of
from ember_mlir.frontend.narrowing import is_any_tuple
from ember_mlir.frontend.one_by_one import of_size
from ember_mlir.frontend.operators import FUNCTIONS
from ember_mlir.frontend.regions.catching import Catching, value_of
from ember_mlir.frontend.regions.raising import Raising

Errors = Sequence[type[BaseException]]

_ANY: Errors = [Exception]
_NUMBERS = (INT, FLOAT, BOOL)
_SHOWN = (*_NUMBERS, TEXT_LEAF)


def errors_of(op: Operation, functions: Functions) -> Errors:
    """The errors that an operation may be when the program runs."""
    match op:
        case ApplyOp():
            return errors_of_applied(functions.by_symbol[op.function.string_value()])
        case GenerateOp() if op.grammar is not None:
            return [ProviderError, ParseError]
        case GenerateOp():
            return [ProviderError]
        case ParseOp():
            return [ParseError]
        case GetOp():
            return [] if is_element_of_round(op) else [IndexError]
        case _:
            return [] if is_speculatable(op) or op.regions else [ProgramError]


def is_element_of_round(op: GetOp) -> bool:
    """Whether an element is that of a round of a loop over the list, and so is there."""
    loop = op.index.owner.parent_op() if isinstance(op.index.owner, Block) else None
    if not isinstance(loop, scf.ForOp) or op.index is not loop.body.block.args[0]:
        return False
    length = loop.ub.owner
    return isinstance(length, LengthOp) and length.operands[0] is op.items


def errors_of_applied(applied: Applied) -> Errors:
    """The errors that a function may raise of what it is applied to; any, if that is not known.

    >>> errors_of_applied(Applied(print, INT))
    [<class 'Exception'>]
    """
    if isinstance(applied, Catching):
        inner = errors_of_applied(applied.inner)
        return [kind for kind in inner if not issubclass(kind, applied.kinds)]
    function = applied.function
    if isinstance(function, Raising):
        return [function.made]
    if function is value_of:
        return []
    if function is of_size:
        return [ValueError]
    given = applied.positional()
    if given is None:
        return _ANY
    layouts = [layout for _, layout in given]
    if layouts and all(layout in _NUMBERS for layout in layouts):
        return _errors_of_numbers(function, given)
    if len(given) == 1:
        return _errors_of_one(function, layouts[0])
    if function is enumerate or (function is zip and all(map(_is_list, layouts))):
        return [] if _is_list(layouts[0]) else _ANY
    return _errors_of_text_method(function, given)


def _errors_of_numbers(function: object, given: Sequence[Hole]) -> Errors:
    """The errors of a function of numbers."""
    if any(function is FUNCTIONS[sign] for sign in ("==", "!=", "<", "<=", ">", ">=")):
        return []
    if any(function is FUNCTIONS[sign] for sign in "+-*"):
        # A number that is too big for the module is no error in Python, and of no handler.
        return [FunctionError]
    if function is FUNCTIONS["/"]:
        divisor = given[-1][0]
        return [] if isinstance(divisor, int | float) and divisor else _ANY
    return _errors_of_one(function, given[0][1]) if len(given) == 1 else _ANY


def _errors_of_one(function: object, layout: Layout) -> Errors:
    """The errors of a function of one argument, which is laid out so."""
    if is_enumeration(function):
        return [ValueError]
    if function is int or function is float:
        return _errors_of_reading(function, layout)
    if function is chr and layout == INT:
        return [ValueError, OverflowError]
    if function in (str, repr, ascii, bool) and layout in _SHOWN:
        return []
    if function in (len, list, tuple, enumerate) and _is_list(layout):
        return []
    if is_function_of(function, "json", "loads") and layout == TEXT_LEAF:
        return [ValueError, RecursionError]
    return [] if layout == TEXT_LEAF and _is_text_method(function, _OF_NOTHING) else _ANY


def _errors_of_reading(function: object, layout: Layout) -> Errors:
    """The errors of `int` or `float` of one argument."""
    if layout == TEXT_LEAF:
        return [ValueError]
    if layout == FLOAT and function is int:
        return [ValueError, OverflowError]
    return [] if layout in _NUMBERS else _ANY


_OF_NOTHING = (
    *("capitalize", "casefold", "lower", "lstrip", "rsplit", "rstrip", "split", "splitlines"),
    *("strip", "swapcase", "title", "upper"),
    *(name for name in TEXT_METHODS if name.startswith("is")),
)
_OF_TEXTS = (
    *("count", "endswith", "find", "lstrip", "removeprefix", "removesuffix", "replace"),
    *("rfind", "rstrip", "startswith", "strip"),
)
_OF_SEPARATORS = ("partition", "rpartition", "rsplit", "split")
_OF_NUMBERS = ("replace", "rsplit", "split")
"""Methods of texts whose last argument may be a number."""


def _errors_of_text_method(function: object, given: Sequence[Hole]) -> Errors:
    """The errors of a method of a text that is given more."""
    least = 4 if _is_text_method(function, ("replace",)) else 3
    if len(given) == least and given[-1][1] == INT and _is_text_method(function, _OF_NUMBERS):
        given = given[:-1]
    if any(layout != TEXT_LEAF for _, layout in given):
        return _ANY
    if _is_text_method(function, _OF_TEXTS):
        return []
    if _is_text_method(function, ("index", "rindex")):
        return [ValueError]
    if _is_text_method(function, _OF_SEPARATORS):
        separator = given[1][0]
        return [] if isinstance(separator, str) and separator else [ValueError]
    return _ANY


def _is_text_method(function: object, names: Sequence[str]) -> bool:
    return any(function is getattr(str, name) for name in names)


def _is_list(layout: Layout) -> bool:
    return layout == TEXT_LEAF or isinstance(layout, ListOf)


def handler_of(error: type[BaseException], kinds: Sequence[object]) -> int | None:
    """The number of the handler that takes an error of a class, from 1."""
    for number, kind in enumerate(kinds, 1):
        if any(issubclass(error, one) for one in classes(kind)):
            return number
    return None


def is_taken(errors: Iterable[type[BaseException]], kinds: Sequence[type[BaseException]]) -> bool:
    """Whether an error of some classes, or of one below them, may be of one of `kinds`."""
    # What is an error of the program may be an IndexError in Python.
    return any(
        error is ProgramError or issubclass(error, kind) or issubclass(kind, error)
        for error in errors
        for kind in kinds
    )


def classes(kind: object) -> tuple[type[BaseException], ...]:
    """The classes that a handler names."""
    found = kind if is_any_tuple(kind) else (kind,)
    return tuple([one for one in found if isinstance(one, type) and issubclass(one, BaseException)])
