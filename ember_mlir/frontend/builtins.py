"""Python's own functions on values that are known only when the program runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import UnionType
from typing import Protocol

from xdsl.dialects import arith

from ember_mlir.dialects.llm import LengthOp
from ember_mlir.frontend.dicts import dict_of
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import is_known_iterable
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.layouts import (
    BOOL,
    EMBEDDING_LEAF,
    FLOAT,
    INT,
    NONE,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    SetOf,
)
from ember_mlir.frontend.library import result_of
from ember_mlir.frontend.narrowing import is_any_dict, is_any_list, is_any_sequence
from ember_mlir.frontend.native import effect_of
from ember_mlir.frontend.one_by_one import LISTED, ONE_BY_ONE, iterated, one_by_one
from ember_mlir.frontend.operators import binary, truth
from ember_mlir.frontend.plain import is_dict, is_list, is_set
from ember_mlir.frontend.sets import set_of
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Symbolic, holds_symbolic, known_or_symbolic

Args = Sequence[object]
Kwargs = Mapping[str, object]


class Mapper(Protocol):
    """Gives the results of a function for each element of a list."""

    def __call__(self, function: object, items: object, /) -> object: ...


def builtin(
    trace: Trace, function: Callable[..., object], args: Args, kwargs: Kwargs, each: Mapper
) -> object:
    """A pure function or type of Python, applied to what is not all known."""
    if function in ONE_BY_ONE:
        return one_by_one(trace, function, args, kwargs)
    special = _SPECIAL.get(function)
    if special is not None:
        found = special(trace, args, kwargs)
        if found is not NotImplemented:
            return found
    if function in (sorted, max, min) and kwargs.get("key") is not None:
        return _by_key(trace, function, args, kwargs, each)
    name = getattr(function, "__name__", "function")
    result = _result(function, args, kwargs)
    effect = effect_of(args, kwargs)
    made = trace.apply_python(name, function, args, dict(kwargs), result=result, effect=effect)
    return made if function in (max, min) else tracked(trace, made)


def _result(function: object, args: Args, kwargs: Kwargs) -> Layout:
    """How the result is laid out."""
    layouts = [layout_of(argument) for argument in args]
    first = layouts[0] if layouts else None
    if function in (sorted, list, reversed) and isinstance(first, ListOf):
        return first
    if function is sorted and isinstance(first, SetOf):
        return ListOf(first.element)
    if function in (max, min):
        return _one_of(layouts, kwargs)
    if function is sum:
        # Of no elements it is 0, whatever they would have been.
        elements = first.element if isinstance(first, ListOf) else None
        return INT if elements in (BOOL, INT) and len(args) == 1 and not kwargs else OBJECT
    if function is abs:
        return first if first in (INT, FLOAT) else OBJECT
    if function is round:
        return _rounded(first, len(args) == 1 and not kwargs)
    return result_of(function)


def _rounded(number: Layout | None, is_whole: bool) -> Layout:
    if number not in (INT, FLOAT):
        return OBJECT
    return INT if is_whole else number


def _one_of(layouts: Sequence[Layout | None], kwargs: Kwargs) -> Layout:
    """The layout of the greatest or least of some values, or of the elements of one list."""
    if len(layouts) == 1 and (
        layouts[0] == EMBEDDING_LEAF or isinstance(layouts[0], ListOf | SetOf)
    ):
        whole = layouts[0]
        element = (whole.element or OBJECT) if isinstance(whole, ListOf | SetOf) else FLOAT
        default = layout_of(kwargs.get("default")) if "default" in kwargs else element
        return OBJECT if default is None else joined(element, default) or OBJECT
    found = layouts[0]
    for layout in layouts[1:]:
        found = None if found is None or layout is None else joined(found, layout)
    return found or OBJECT


def _by_key(
    trace: Trace, function: Callable[..., object], args: Args, kwargs: Kwargs, each: Mapper
) -> object:
    """The order of elements by keys, which are computed first."""
    items = iterated(trace, known_or_symbolic(args[0])) if len(args) == 1 else [*args]
    if type(items) is str or is_known_iterable(items):
        items = [*items]
    keys = each(kwargs["key"], items)
    rest = {name: value for name, value in kwargs.items() if name != "key"}
    result = layout_of(items) if function is sorted else _one_of([layout_of(items)], kwargs)
    order = partial(by_key, function)
    name = f"{getattr(function, '__name__', '')}_by_key"
    made = trace.apply_python(name, order, [items, keys], dict(rest), result=result or OBJECT)
    return tracked(trace, made) if function is sorted else made


def by_key(
    function: Callable[..., object], items: Sequence[object], keys: Sequence[object], **rest: object
) -> object:
    """What `function` gives for items by their keys: all in order, or one.

    >>> by_key(max, ["a", "b"], [2, 1])
    'a'
    """
    if not items and "default" in rest:
        return rest["default"]
    numbers = function(range(len(items)), key=keys.__getitem__, **rest)
    if isinstance(numbers, int):
        return items[numbers]
    assert is_any_list(numbers)
    return [items[number] for number in numbers if isinstance(number, int)]


def _length(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    value = known_or_symbolic(args[0])
    if not isinstance(value, Symbolic):
        return len(value) if is_any_sequence(value) or is_any_dict(value) else NotImplemented
    if not isinstance(value.layout, ListOf) and value.layout != TEXT_LEAF:
        return NotImplemented
    return length_of(trace, value)


def length_of(trace: Trace, value: Symbolic) -> object:
    """The length of a text or list."""
    return trace.value(trace.emit(LengthOp(trace.checked(value))), INT)


def _text(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    if len(args) == 1 and layout_of(args[0]) == TEXT_LEAF:
        return args[0]
    return trace.apply_python("str", str, args, result=TEXT_LEAF)


def _bool(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    return truth(trace, known_or_symbolic(args[0]))


def _number(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    """`float` of a whole number."""
    del kwargs
    if len(args) == 1 and layout_of(args[0]) == INT:
        return trace.value(trace.hold(args[0], FLOAT), FLOAT)
    return NotImplemented


def _list(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    if not args:
        return trace.made([])
    value = known_or_symbolic(args[0])
    if isinstance(value, Symbolic):
        if isinstance(value.layout, ListOf):
            return tracked(trace, value)
        if isinstance(value.layout, SetOf):
            return tracked(trace, iterated(trace, value))
        element = TEXT_LEAF if value.layout == TEXT_LEAF else OBJECT
        return tracked(trace, trace.apply_python("list", list, [value], result=ListOf(element)))
    if type(value) is str or is_set(value) or is_known_iterable(value):
        return trace.made([*value])
    return NotImplemented


def _set(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    value = known_or_symbolic(args[0]) if args else ()
    if isinstance(value, Symbolic):
        return set_of(trace, iterated(trace, value))
    if type(value) is str or is_set(value) or is_known_iterable(value):
        return set_of(trace, [*value])
    return NotImplemented


def _tuple(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del trace, kwargs
    value = known_or_symbolic(args[0])
    if isinstance(value, Symbolic):
        # No layout is that of a tuple of any length, and a list is no tuple.
        return NotImplemented
    return tuple(value) if is_known_iterable(value) else NotImplemented


def _dict(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    entries: dict[object, object] = {}
    for argument in map(known_or_symbolic, args):
        if is_dict(argument):
            entries.update(argument)
        elif is_known_iterable(argument):
            rows: Iterable[object] = argument
            entries.update([_pair(row) for row in rows])
        elif isinstance(argument, Symbolic) and len(args) == 1 and not kwargs:
            return dict_of(trace, trace.apply_python("dict", dict, [argument], result=OBJECT))
        else:
            return NotImplemented
    entries.update(kwargs)
    if any(map(holds_symbolic, entries)):
        return NotImplemented
    return trace.made_dict(entries)


def _pair(row: object) -> tuple[object, object]:
    if not is_list(row) and type(row) is not str:
        raise TypeError("cannot convert dictionary update sequence element to a sequence")
    key, value = row
    return key, value


def _isinstance(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    value, kinds = known_or_symbolic(args[0]), args[1]
    if not isinstance(value, Symbolic):
        return NotImplemented if holds_symbolic(kinds) else isinstance(args[0], _kinds(kinds))
    for layout, kind in ((TEXT_LEAF, str), (BOOL, bool), (INT, int), (FLOAT, float)):
        if value.layout == layout:
            return issubclass(kind, _kinds(kinds))
    if isinstance(value.layout, SetOf):
        return issubclass(set, _kinds(kinds))
    if isinstance(value.layout, ListOf):
        return issubclass(list, _kinds(kinds))
    if value.layout == EMBEDDING_LEAF:
        return issubclass(tuple, _kinds(kinds))
    return trace.apply_python("isinstance", isinstance, args, result=BOOL)


def _kinds(kinds: object) -> tuple[type | UnionType, ...]:
    """What `isinstance` is given: types, unions, and tuples of those."""
    if is_list(kinds):
        return tuple([kind for inner in kinds for kind in _kinds(inner)])
    if not isinstance(kinds, type | UnionType):
        raise TypeError("isinstance() arg 2 must be a type, a tuple of types, or a union")
    return (kinds,)


def _range(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    return trace.apply_python("range", LISTED[range], args, result=ListOf(INT))


def _sum(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    value = known_or_symbolic(args[0])
    if isinstance(value, Symbolic) or not is_list(value):
        return NotImplemented
    total: object = args[1] if len(args) > 1 else kwargs.get("start", 0)
    for item in value:
        total = binary(trace, "+", total, item)
    return total


def _any(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    return _either(trace, args[0], wanted=True)


def _all(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    return _either(trace, args[0], wanted=False)


def _either(trace: Trace, items: object, *, wanted: bool) -> object:
    """Whether any element is true, or all are."""
    value = known_or_symbolic(items)
    if isinstance(value, Symbolic):
        function = any if wanted else all
        return trace.apply_python(function.__name__, function, [value], result=BOOL)
    if not is_known_iterable(value):
        return NotImplemented
    found: list[object] = []
    for item in value:
        test = truth(trace, known_or_symbolic(item))
        if test is wanted:
            return wanted
        if isinstance(test, Symbolic):
            found.append(test)
    result: object = not wanted
    for number, test in enumerate(found):
        made = arith.OrIOp if wanted else arith.AndIOp
        held = [trace.hold(one, BOOL) for one in (result, test)]
        result = test if number == 0 else trace.value(trace.emit(made(held[0], held[1])), BOOL)
    return result


def _print(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    trace.apply_python("print", print, args, dict(kwargs), result=NONE, effect="effectful")
    return None


def _next(trace: Trace, args: Args, kwargs: Kwargs) -> object:
    del kwargs
    value = known_or_symbolic(args[0])
    if not isinstance(value, Symbolic) or not isinstance(value.layout, ListOf):
        return NotImplemented
    found = value.layout.element
    if len(args) == 1:
        result = found or OBJECT
    else:
        default = layout_of(args[1])
        both = None if found is None or default is None else joined(found, default)
        result = both or OBJECT
    function = first_of if len(args) == 1 else first_or
    return trace.apply_python("first", function, args, result=result)


def first_of(items: Sequence[object]) -> object:
    """The first of some items.

    >>> first_of([1, 2])
    1
    """
    if not items:
        raise StopIteration
    return items[0]


def first_or(items: Sequence[object], default: object) -> object:
    """The first of some items, or what stands for it if there is none.

    >>> first_or([1, 2], 0), first_or([], 0)
    (1, 0)
    """
    return items[0] if items else default


Special = Callable[[Trace, Args, Kwargs], object]

_SPECIAL: dict[object, Special] = {
    len: _length,
    str: _text,
    bool: _bool,
    float: _number,
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    isinstance: _isinstance,
    range: _range,
    sum: _sum,
    any: _any,
    all: _all,
    print: _print,
    next: _next,
}

ALWAYS: tuple[object, ...] = (any, all, print, dict, list, set, enumerate, zip, reversed)
"""Those that are handled also where all arguments are known."""
