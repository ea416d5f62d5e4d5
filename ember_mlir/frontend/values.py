"""Symbolic values: what is known only when the program runs.

They are no strings and no lists, so that nothing can be frozen at capture: whatever
would look inside raises `CaptureError` with the line and the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import currentframe
from itertools import islice
from linecache import getline
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.iterators import OneTimeIterator
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.rewrite import is_rewritten

if TYPE_CHECKING:
    from xdsl.ir import Block, SSAValue

Value: TypeAlias = "str | list[Value]"
"""A value at run time: a text, or a list of values."""


class Symbolic:
    """A value that the program computes.

    `ssa` is its value in the module, `scope` the block outside of which it does not
    exist, `depth` how many lists are around its texts.
    """

    __slots__ = ("depth", "scope", "ssa")

    depth: int
    scope: Block
    ssa: SSAValue

    def __init__(self, ssa: SSAValue, scope: Block, depth: int) -> None:
        self.ssa = ssa
        self.scope = scope
        self.depth = depth


class Text(Symbolic):
    """A text that the program computes, such as an answer."""

    __slots__ = ()


class TextList(Symbolic):
    """A list of texts, or of lists, of a length known only when the program runs."""

    __slots__ = ()


_LOOKS: dict[str, tuple[str, str]] = {
    "truth": (
        "the truth of",
        "decide outside, on the program's result",
    ),
    "comparison": (
        "a comparison of",
        "compare outside, or let ember.vote choose",
    ),
    "order": (
        "ordering by",
        "sort outside, on the program's result",
    ),
    "hash": (
        "a lookup by",
        "look it up outside, or keep the values in a list",
    ),
    "length": (
        "the length of",
        "take it outside, on the program's result",
    ),
    "iteration": (
        "a loop over",
        "use ember.map(function, items)",
    ),
    "unpacking": (
        "unpacking of",
        "call ember.generate for each value, or unpack the program's result",
    ),
    "search": (
        "'in' with",
        "search outside, on the program's result",
    ),
    "element": (
        "an element of",
        "use ember.map for all elements, or index outside",
    ),
    "text": (
        "str(), repr() or % of",
        'put the value into an f-string, as in f"{answer}"',
    ),
    "format": (
        "format() of",
        'put the value into an f-string, as in f"{answer}"',
    ),
    "number": (
        "a number made from",
        "convert it outside, on the program's result",
    ),
    "sum": (
        "'+' with",
        'write an f-string, as in f"{first}{second}", or use ember.join',
    ),
    "arithmetic": (
        "arithmetic with",
        "compute outside, on the program's result",
    ),
    "call": (
        "a call of",
        "call a function by its name",
    ),
    "copy": (
        "a copy of",
        "use the value itself: it never changes",
    ),
    "block": (
        "'await' or 'with' on",
        "use the value itself",
    ),
}

_DUNDERS = {
    "truth": "bool",
    "comparison": "eq ne",
    "order": "lt le gt ge",
    "hash": "hash",
    "length": "len length_hint",
    "iteration": "iter next reversed",
    "search": "contains",
    "element": "getitem setitem delitem",
    "text": "str repr bytes fspath rmod",
    "format": "format",
    "number": "int float complex index round",
    "sum": "add radd iadd",
    "arithmetic": "mul rmul sub rsub mod truediv rtruediv floordiv rfloordiv pow rpow neg pos abs "
    "and rand or ror xor rxor invert divmod rdivmod matmul rmatmul lshift rlshift rshift rrshift",
    "call": "call",
    "copy": "copy deepcopy reduce reduce_ex",
    "block": "await enter aenter aiter",
}


def describe(value: object) -> str:
    """What `value` is, for a message: never what it holds, if it is symbolic."""
    match value:
        case Text():
            return "a text that is known only when the program runs"
        case TextList():
            return "a list whose elements are known only when the program runs"
        case None:
            return "None"
        case OneTimeIterator():
            return f"the iterator {value.name}()"
        case type():
            return f"the class '{value.__name__}'"
        case _:
            name = type(value).__name__
            return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def refuse_look(look: str, value: Symbolic, location: SourceLocation | None = None) -> NoReturn:
    """Raise the `CaptureError` of one way to look inside a symbolic value."""
    what, step = _LOOKS[look]
    raise CaptureError(
        f"{what} {describe(value)} is not captured yet; {step}",
        location=location or user_location(),
    )


def _loud(look: str) -> Callable[..., NoReturn]:
    def dunder(self: Symbolic, *_: object) -> NoReturn:
        refuse_look(look, self)

    return dunder


for _look, _names in _DUNDERS.items():
    for _name in _names.split():
        setattr(Symbolic, f"__{_name}__", _loud(_look))


def user_location() -> SourceLocation | None:
    """Where the innermost captured function on the stack is."""
    frame = currentframe()
    while frame is not None and not is_rewritten(frame.f_code):
        frame = frame.f_back
    return None if frame is None else frame_location(frame)


def frame_location(frame: FrameType) -> SourceLocation:
    """Where the code of `frame` is; columns count characters."""
    code = frame.f_code
    line, _, offset, _ = next(islice(code.co_positions(), frame.f_lasti // 2, None))
    line = line or frame.f_lineno
    before = getline(code.co_filename, line, frame.f_globals).encode()[: offset or 0]
    return SourceLocation(code.co_filename, line, len(before.decode(errors="replace")) + 1)


def depth_of(value: object) -> int | None:
    """How many lists are around the texts of `value`; None if it is not made of texts.

    An empty list may be of any depth from 1; it counts as 1 unless others say more.

    >>> depth_of("a"), depth_of(["a"]), depth_of([[], ["a"]]), depth_of(["a", []]), depth_of(3)
    (0, 1, 2, None, None)
    """
    deepest = _deepest(value)
    return deepest if deepest is not None and _fits(value, deepest) else None


def _deepest(value: object) -> int | None:
    if isinstance(value, str):
        return 0
    if isinstance(value, Symbolic):
        return value.depth
    if not is_list(value):
        return None
    depths = [_deepest(item) for item in value]
    known = [depth for depth in depths if depth is not None]
    return None if len(known) < len(depths) else 1 + max(known, default=0)


def _fits(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return depth == 0
    if isinstance(value, Symbolic):
        return depth == value.depth
    return depth > 0 and is_list(value) and all(_fits(item, depth - 1) for item in value)


def holds_tuple(value: object) -> bool:
    """Whether `value` is a tuple, or a list with one in it."""
    return type(value) is tuple or (is_list(value) and any(map(holds_tuple, value)))


def holds_symbolic(value: object) -> bool:
    """Whether `value` is symbolic or a list, tuple or dict with something symbolic in it."""
    if isinstance(value, Symbolic):
        return True
    inner: Iterable[object] = ()
    if is_dict(value):
        inner = value.values()
    elif is_list(value):
        inner = value
    return any(holds_symbolic(item) for item in inner)
