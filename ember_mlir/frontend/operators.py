"""Operators on values of which at least one is known only when the program runs.

What the module has an operation for becomes that; all else is a pure function of Python
that the program applies.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial

from xdsl.dialects import arith

from ember_mlir.dialects.llm import ConcatOp, ContainsOp, EqualOp, GetOp, LengthOp
from ember_mlir.errors import ProgramError
from ember_mlir.frontend.containers import TrackedSet
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.joining import joined
from ember_mlir.frontend.layouts import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    OBJECT,
    TEXT_LEAF,
    Layout,
    ListOf,
    Maybe,
    SetOf,
)
from ember_mlir.frontend.narrowing import is_any_dict, is_any_sequence, is_slice
from ember_mlir.frontend.plain import is_list
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import Selection, Symbolic, describe, is_symbolic

NUMBERS = (INT, FLOAT, BOOL)


def _functions(names: Mapping[str, str]) -> Mapping[str, Callable[..., object]]:
    """The functions of these names, which take what is of a type of any kind."""
    return {sign: getattr(operator, name) for sign, name in names.items()}


FUNCTIONS: Mapping[str, Callable[[object, object], object]] = _functions(
    {
        "+": "add",
        "-": "sub",
        "*": "mul",
        "/": "truediv",
        "//": "floordiv",
        "%": "mod",
        "**": "pow",
        "&": "and_",
        "|": "or_",
        "^": "xor",
        "<<": "lshift",
        ">>": "rshift",
        "@": "matmul",
        "==": "eq",
        "!=": "ne",
        "<": "lt",
        "<=": "le",
        ">": "gt",
        ">=": "ge",
    }
)
IN_PLACE: Mapping[str, Callable[[object, object], object]] = _functions(
    {
        "+": "iadd",
        "-": "isub",
        "*": "imul",
        "/": "itruediv",
        "//": "ifloordiv",
        "%": "imod",
        "**": "ipow",
        "&": "iand",
        "|": "ior",
        "^": "ixor",
        "<<": "ilshift",
        ">>": "irshift",
        "@": "imatmul",
    }
)
SIGNS: Mapping[str, Callable[[object], object]] = _functions(
    {"+": "pos", "-": "neg", "~": "invert"}
)
NAMES: Mapping[str, str] = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "//": "floor_divide",
    "%": "modulo",
    "**": "power",
    "==": "equal",
    "!=": "unequal",
    "<": "less",
    "<=": "at_most",
    ">": "greater",
    ">=": "at_least",
}
SMALL = 2**20
"""A number that can be added for millions of years."""

_INTEGERS: Mapping[str, type[arith.AddiOp | arith.SubiOp | arith.MuliOp]] = {
    "+": arith.AddiOp,
    "-": arith.SubiOp,
    "*": arith.MuliOp,
}
_REALS: Mapping[str, type[arith.AddfOp | arith.SubfOp | arith.MulfOp]] = {
    "+": arith.AddfOp,
    "-": arith.SubfOp,
    "*": arith.MulfOp,
}
_ORDERS = {"==": "eq", "!=": "ne", "<": "slt", "<=": "sle", ">": "sgt", ">=": "sge"}
_REAL_ORDERS = {"==": "oeq", "!=": "une", "<": "olt", "<=": "ole", ">": "ogt", ">=": "oge"}


def truth(trace: Trace, value: object) -> object:
    """The truth of a value: a condition, or True or False if it is known."""
    if not is_symbolic(value):
        return bool(value)
    if isinstance(value, Selection) and value.may_be_none:
        return present(trace, value)
    if not isinstance(value, Symbolic):
        trace.refuse(f"the truth of {describe(value)}", "give it one type in both arms")
    match value.layout:
        case ListOf():
            length = Symbolic(trace.emit(LengthOp(trace.checked(value))), trace.block, INT)
            return compared(trace, ">", length, 0)
        case layout if layout == BOOL:
            return value
        case layout if layout == TEXT_LEAF:
            return compared(trace, "!=", value, "")
        case layout if layout in (INT, FLOAT):
            return compared(trace, "!=", value, 0)
        case _:
            return trace.apply_python("bool", bool, [value], result=BOOL)


def present(trace: Trace, chosen: Selection) -> object:
    """Whether what may be None is something."""
    return compared(trace, "in", chosen.index, [key for key, _ in chosen.cases])


def negated(trace: Trace, value: object) -> object:
    """`not value`."""
    found = truth(trace, value)
    if not isinstance(found, Symbolic):
        return not found
    one = trace.hold(True, BOOL)
    return trace.value(trace.emit(arith.XOrIOp(trace.checked(found), one)), BOOL)


def binary(trace: Trace, sign: str, left: object, right: object) -> object:
    """`left sign right`."""
    layouts = layout_of(left), layout_of(right)
    match sign, *layouts:
        case "+", ListOf() as first, ListOf() as second if both := joined(first, second):
            return _concatenated(trace, left, right, both)
        case "+", a, b if a == b == TEXT_LEAF:
            return trace.template([left, right])
        case _:
            pass
    if layouts[0] in (INT, FLOAT) and layouts[1] in (INT, FLOAT):
        return _arithmetic(trace, sign, left, right)
    return _applied(trace, sign, left, right)


def _concatenated(trace: Trace, left: object, right: object, layout: Layout) -> object:
    assert isinstance(layout, ListOf)
    held = [trace.hold(left, layout), trace.hold(right, layout)]
    return trace.value(trace.emit(ConcatOp(held, layout.type)), layout)


def _arithmetic(trace: Trace, sign: str, left: object, right: object) -> object:
    real = FLOAT in (layout_of(left), layout_of(right))
    layout = FLOAT if real else INT
    made = (_REALS if real else _INTEGERS).get(sign)
    # Whole numbers of a program have 64 bits, those of Python any: what may need more is
    # left to Python, and is an error of the program if it does.
    if made is None or not (real or _stays_small(sign, left, right)):
        return _applied(trace, sign, left, right)
    first, second = trace.hold(left, layout), trace.hold(right, layout)
    return trace.value(trace.emit(made(first, second)), layout)


def _stays_small(sign: str, left: object, right: object) -> bool:
    """Whether no number of steps like this one leads beyond 64 bits."""
    known = [value for value in (left, right) if isinstance(value, int)]
    return sign in ("+", "-") and any(abs(value) <= SMALL for value in known)


def _applied(trace: Trace, sign: str, left: object, right: object) -> object:
    """An operator as a function that the program applies; its result, as far as is known."""
    result = _result_of(sign, layout_of(left), layout_of(right))
    name = NAMES.get(sign, sign)
    return trace.apply_python(name, FUNCTIONS[sign], [left, right], result=result)


def in_place(trace: Trace, sign: str, left: object, right: object) -> object:
    """`left sign= right` of an object, which must be none that changes by that."""
    name = f"{NAMES.get(sign, sign)}_in_place"
    return trace.apply_python(name, IN_PLACE_FIXED[sign], [left, right], result=OBJECT)


def changed(sign: str, left: object, right: object) -> object:
    """The value of `left sign right` where `left` is a value that never changes.

    >>> changed("+", 1, 2)
    3
    """
    if hasattr(type(left), f"__{IN_PLACE[sign].__name__}__"):
        raise ProgramError(
            f"what a captured '{sign}=' is for must not change by it, but it is an object of type "
            f"{type(left).__name__}; make one inside, as in list(items)"
        )
    return FUNCTIONS[sign](left, right)


IN_PLACE_FIXED: Mapping[str, Callable[[object, object], object]] = {
    sign: partial(changed, sign) for sign in IN_PLACE
}
"""The operators in place, of what never changes."""


def _result_of(sign: str, left: Layout | None, right: Layout | None) -> Layout:
    if left == TEXT_LEAF and sign == "%":
        return TEXT_LEAF
    if {left, right} == {TEXT_LEAF, INT} and sign == "*":
        return TEXT_LEAF
    if left == right == BOOL and sign in ("&", "|", "^"):
        return BOOL
    if left in NUMBERS and right in NUMBERS:
        if sign == "/" or FLOAT in (left, right):
            return FLOAT
        return OBJECT if sign == "**" else INT
    if isinstance(left, SetOf) and isinstance(right, SetOf) and sign in ("|", "&", "-", "^"):
        return joined(left, right) or OBJECT
    if sign == "*" and isinstance(left, ListOf) and right == INT:
        return left
    return OBJECT


def signed(trace: Trace, sign: str, value: object) -> object:
    """`-value`, `+value` or `~value`."""
    layout = layout_of(value)
    result = layout if layout in (INT, FLOAT) else OBJECT
    assert result is not None
    return trace.apply_python(f"sign {sign}", SIGNS[sign], [value], result=result)


def compared(trace: Trace, sign: str, left: object, right: object) -> object:
    """A comparison."""
    match sign:
        case "is" | "is not":
            return identical(trace, left, right, sign == "is")
        case "in":
            return contained(trace, left, right)
        case "not in":
            return negated(trace, contained(trace, left, right))
        case _:
            pass
    first, second = layout_of(left), layout_of(right)
    if first == second == BOOL and sign in ("==", "!="):
        return _same_truth(trace, left, right, sign == "==")
    both = {first, second}
    if both == {INT} or (both <= {INT, FLOAT} and _is_exact(left) and _is_exact(right)):
        return _ordered(trace, sign, left, right)
    if sign in ("==", "!=") and _is_comparable(first) and _is_comparable(second):
        found = _equal(trace, left, right)
        return found if sign == "==" else negated(trace, found)
    return trace.apply_python(NAMES[sign], FUNCTIONS[sign], [left, right], result=BOOL)


def _is_comparable(layout: Layout | None) -> bool:
    return layout == TEXT_LEAF or (
        isinstance(layout, ListOf) and (layout.element is None or _is_comparable(layout.element))
    )


def _equal(trace: Trace, left: object, right: object) -> object:
    """Whether two texts, or lists of texts, are equal; other types never are."""
    layouts = [layout_of(left), layout_of(right)]
    first, second = layouts
    both = None if first is None or second is None else joined(first, second)
    if both is None:
        return False
    held = [trace.hold(value, both) for value in (left, right)]
    return trace.value(trace.emit(EqualOp(*held)), BOOL)


def _ordered(trace: Trace, sign: str, left: object, right: object) -> object:
    real = FLOAT in (layout_of(left), layout_of(right))
    layout = FLOAT if real else INT
    first, second = (trace.hold(value, layout) for value in (left, right))
    if real:
        return trace.value(trace.emit(arith.CmpfOp(first, second, _REAL_ORDERS[sign])), BOOL)
    return trace.value(trace.emit(arith.CmpiOp(first, second, _ORDERS[sign])), BOOL)


def _is_exact(value: object) -> bool:
    """Whether a float can be just this number: Python compares whole numbers exactly."""
    if isinstance(value, int):
        return abs(value) <= 2**53
    return layout_of(value) == FLOAT


def _same_truth(trace: Trace, left: object, right: object, wanted: bool) -> object:
    """Whether two conditions are both true or both false, or are not."""
    first, second = (trace.hold(value, BOOL) for value in (left, right))
    differs = trace.value(trace.emit(arith.XOrIOp(first, second)), BOOL)
    return negated(trace, differs) if wanted else differs


def identical(trace: Trace, left: object, right: object, wanted: bool) -> object:
    """`left is right`, or `is not`: of what may be None, the program says whether it is."""
    if left is not None and right is not None:
        return _is_single(trace, left, right, wanted)
    other = right if left is None else left
    layout = layout_of(other)
    if isinstance(layout, Maybe) or layout in (OBJECT, ANY):
        found = trace.apply_python("is_none", _is_none, [other], result=BOOL)
        return found if wanted else negated(trace, found)
    return (layout == NONE) is wanted


def _is_single(trace: Trace, left: object, right: object, wanted: bool) -> object:
    """`left is right` of True, False or a member of an enumeration: of each there is one."""
    value, one = (left, right) if isinstance(right, bool | Enum) else (right, left)
    layout = layout_of(value)
    if layout is None or not isinstance(one, bool | Enum):
        trace.refuse("'is' between two values", "compare with '=='")
    if layout == BOOL and isinstance(one, bool):
        return _same_truth(trace, value, one, wanted)
    if layout in (TEXT_LEAF, INT, FLOAT, BOOL):
        return not wanted
    found = trace.apply_python("is", operator.is_, [value, one], result=BOOL)
    return found if wanted else negated(trace, found)


def _is_none(value: object) -> bool:
    return value is None


def contained(trace: Trace, item: object, whole: object) -> object:
    """`item in whole`."""
    if is_any_dict(whole):
        # Only its keys matter, whatever else it holds.
        whole = [*whole] if layout_of(item) == TEXT_LEAF else dict.fromkeys(whole)
    if isinstance(whole, TrackedSet) and layout_of(item) == TEXT_LEAF:
        whole = [*whole.items]
    first, second = layout_of(item), layout_of(whole)
    if first == second == TEXT_LEAF:
        held = [trace.hold(value, TEXT_LEAF) for value in (whole, item)]
        return trace.value(trace.emit(ContainsOp(*held)), BOOL)
    if first == TEXT_LEAF and is_list(whole) and len(whole) > 0:
        second = layout_of([*whole])
        whole = [*whole]
    if isinstance(second, ListOf) and second.element == first == TEXT_LEAF:
        held = [trace.hold(whole, second), trace.hold(item, TEXT_LEAF)]
        return trace.value(trace.emit(ContainsOp(*held)), BOOL)
    return trace.apply_python("contains", operator.contains, [whole, item], result=BOOL)


def element(trace: Trace, owner: object, index: object) -> object:
    """`owner[index]`."""
    layout = layout_of(owner)
    if is_slice(index):
        whole = layout if isinstance(layout, ListOf) else OBJECT
        result = TEXT_LEAF if layout == TEXT_LEAF else whole
        return trace.apply_python("slice", operator.getitem, [owner, index], result=result)
    if isinstance(layout, ListOf) and layout_of(index) == INT:
        held = [trace.hold(owner, layout), trace.hold(index, INT)]
        # What is looked at by its name later would not see a change, nor the other way round.
        trace.aliases.copy_parts(owner)
        return trace.part(trace.emit(GetOp(*held)), layout.known)
    result = layout if layout in (TEXT_LEAF, ANY) else _element_layout(owner)
    assert result is not None
    return trace.apply_python("element", operator.getitem, [owner, index], result=result)


def _element_layout(owner: object) -> Layout:
    """How an element of a tuple or dict is laid out of which nobody knows which it is."""
    values: list[object] = []
    if is_any_dict(owner):
        values = [*owner.values()]
    elif is_any_sequence(owner):
        values = [*owner]
    found: Layout | None = None
    for value in values:
        layout = layout_of(value)
        found = layout if found is None or layout is None else joined(found, layout)
        if found is None:
            return OBJECT
    return found or OBJECT
