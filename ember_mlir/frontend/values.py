"""Symbolic values: what is known only when the program runs.

They are no strings and no lists, so that nothing can be frozen at capture: rewritten code
asks its hooks for whatever it does with them, and in any other code whatever would look
inside raises `CaptureError` with the line and the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import currentframe
from itertools import islice
from linecache import getline
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TypeAlias, TypeGuard

from ember_mlir.errors import CaptureError, SourceLocation
from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet
from ember_mlir.frontend.iterators import OneTimeIterator, OneTimeList, is_view
from ember_mlir.frontend.narrowing import instance_fields, is_slice
from ember_mlir.frontend.plain import is_dict, is_list
from ember_mlir.frontend.rewriting.results import is_rewritten

if TYPE_CHECKING:
    from xdsl.ir import Block, SSAValue

    from ember_mlir.frontend.layouts import Layout

Value: TypeAlias = "str | list[Value]"
"""A value at run time: a text, or a list of values."""


class Symbolic:
    """A value that the program computes.

    `ssa` is its value in the module, `scope` the block outside of which it does not
    exist, `layout` how it holds what Python would have; `whole` is the dict that it is.
    """

    __slots__ = ("layout", "scope", "ssa", "whole")

    layout: Layout
    scope: Block
    ssa: SSAValue

    def __init__(self, ssa: SSAValue, scope: Block, layout: Layout) -> None:
        self.ssa = ssa
        self.scope = scope
        self.layout = layout
        self.whole: TrackedDict | None = None


class Unknown:
    """What stands for a value that no value of the module can be; nobody may look at it."""

    __slots__ = ("name", "why")

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why


class Selection:
    """One of several known functions or objects: which one is known only when the program runs.

    Of the `cases`, it is the one whose key `index` is; with none, `default`, if there is one,
    or else the error `missing`. It `may_be_none` instead: then the error is that of using None.
    """

    __slots__ = ("cases", "default", "index", "may_be_none", "missing")

    def __init__(
        self,
        index: object,
        cases: list[tuple[object, object]],
        missing: type[Exception],
        default: object = None,
    ) -> None:
        self.index = index
        self.cases = cases
        self.missing = missing
        self.default = default
        self.may_be_none = False


class Spread:
    """Stands among the arguments of a call for all elements of a list that is not known."""

    __slots__ = ("value",)

    def __init__(self, value: Symbolic) -> None:
        self.value = value


class Unbound:
    """What stands for the value of a name that has none."""


UNBOUND = Unbound()

OUTSIDE = "do it outside, on the program's result"

_LOOKS: dict[str, tuple[str, str]] = {
    "truth": ("the truth of", OUTSIDE),
    "comparison": ("a comparison of", OUTSIDE),
    "order": ("ordering by", "sort outside, on the program's result"),
    "hash": ("a lookup by", "look it up outside, or keep the values in a list"),
    "length": ("the length of", OUTSIDE),
    "iteration": ("a loop over", "use ember.map(function, items)"),
    "search": ("'in' with", OUTSIDE),
    "element": ("an element of", "use ember.map for all elements, or index outside"),
    "text": ("str(), repr() or % of", 'put the value into an f-string, as in f"{answer}"'),
    "format": ("format() of", 'put the value into an f-string, as in f"{answer}"'),
    "number": ("a number made from", "convert it outside, on the program's result"),
    "arithmetic": ("arithmetic with", OUTSIDE),
    "call": ("a call of", "call a function by its name"),
    "argument": ("a function of", "give it one value and type before"),
    "copy": ("a copy of", "use the value itself: it never changes"),
    "block": ("'await' or 'with' on", "use the value itself, and keep tasks in a list"),
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
    "arithmetic": "add radd iadd mul rmul sub rsub mod truediv rtruediv floordiv rfloordiv pow "
    "rpow neg pos abs and rand or ror xor rxor invert divmod rdivmod matmul rmatmul lshift "
    "rlshift rshift rrshift",
    "call": "call",
    "copy": "copy deepcopy reduce reduce_ex",
    "block": "await enter aenter aiter",
}

_NAMED = {
    "str": "a text",
    "bool": "a condition",
    "int": "a number",
    "float": "a number",
    "messages": "a conversation",
    "embedding": "an embedding",
}


def describe(value: object) -> str:
    """What `value` is, for a message: never what it holds, if it is symbolic."""
    match value:
        case Symbolic():
            return _describe_symbolic(value)
        case Unknown():
            return f"'{value.name}', {value.why},"
        case Selection():
            return "a function or object that is chosen only when the program runs"
        case None:
            return "None"
        case OneTimeIterator() | OneTimeList():
            return f"the iterator {value.name}()"
        case type():
            return f"the class '{value.__name__}'"
        case TrackedList():
            return "a list"
        case TrackedDict():
            return "a dict"
        case TrackedSet():
            return "a set"
        case _:
            name = type(value).__name__
            return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _describe_symbolic(value: Symbolic) -> str:
    from ember_mlir.frontend.layouts import Leaf, ListOf, SetOf

    if isinstance(value.layout, ListOf):
        return "a list whose elements are known only when the program runs"
    if isinstance(value.layout, SetOf):
        return "a set whose elements are known only when the program runs"
    name = value.layout.name if isinstance(value.layout, Leaf) else ""
    return f"{_NAMED.get(name, 'a value')} that is known only when the program runs"


def refuse_look(look: str, value: object, location: SourceLocation | None = None) -> NoReturn:
    """Raise the `CaptureError` of one way to look inside a symbolic value."""
    what, step = _LOOKS[look]
    raise CaptureError(
        f"{what} {describe(value)} is not captured yet; {step}",
        location=location or user_location(),
    )


def _loud(look: str) -> Callable[..., NoReturn]:
    def dunder(self: object, *_: object) -> NoReturn:
        refuse_look(look, self)

    return dunder


for _look, _names in _DUNDERS.items():
    for _name in _names.split():
        setattr(Symbolic, f"__{_name}__", _loud(_look))
        setattr(Unknown, f"__{_name}__", _loud(_look))
        setattr(Selection, f"__{_name}__", _loud(_look))


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


def is_symbolic(value: object) -> TypeGuard[Symbolic | Unknown | Selection]:
    """Whether `value` itself is symbolic, told without asking it."""
    return type(value) in (Symbolic, Unknown, Selection)


def known_or_symbolic(value: object) -> object:
    """`value`, or the symbolic value that a list or dict has become."""
    if isinstance(value, TrackedList | TrackedDict | TrackedSet) and value.symbolic is not None:
        return value.symbolic
    return value


def holds_symbolic(value: object) -> bool:
    """Whether `value` is symbolic, or a list, tuple, dict or dataclass that holds what is."""
    if is_symbolic(value):
        return True
    if isinstance(value, TrackedList | TrackedDict | TrackedSet) and value.symbolic is not None:
        return True
    if isinstance(value, OneTimeIterator | OneTimeList):
        return isinstance(value, OneTimeList) or value.is_symbolic
    inner: Iterable[object] = ()
    if is_slice(value):
        inner = (value.start, value.stop, value.step)
    elif is_dict(value):
        inner = (*value.keys(), *value.values())
    elif is_list(value) or is_view(value):
        inner = value
    else:
        inner = [getattr(value, name, None) for name in instance_fields(value) or ()]
    return any(map(holds_symbolic, inner))
