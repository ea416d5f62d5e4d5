"""Texts, operators and elements."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Mapping
from typing import Any

from ember_mlir.frontend import operators
from ember_mlir.frontend.attributes import attribute
from ember_mlir.frontend.bound import BoundMethod
from ember_mlir.frontend.calls import invoke
from ember_mlir.frontend.changes import note_change
from ember_mlir.frontend.containers import TrackedDict, TrackedList, TrackedSet
from ember_mlir.frontend.dict_parts import part_method, with_default
from ember_mlir.frontend.elements import delete, store
from ember_mlir.frontend.hooks.base import BaseHooks
from ember_mlir.frontend.hooks.known import (
    ATOMS,
    KNOWN_COMPARISONS,
    any_symbolic,
    are_lists,
    by_identity,
    is_known,
    items_of,
    never,
)
from ember_mlir.frontend.inspection import layout_of
from ember_mlir.frontend.iterators import taken
from ember_mlir.frontend.layouts import OBJECT, TEXT_LEAF, ListOf, SetOf
from ember_mlir.frontend.lists import as_known, become, list_method
from ember_mlir.frontend.narrowing import (
    is_any_dict,
    is_exact_list,
    is_exact_set,
    is_model,
)
from ember_mlir.frontend.native import effect_of, elements_by, has_known_elements, is_settled
from ember_mlir.frontend.plain import is_list, is_plain
from ember_mlir.frontend.selections import selected
from ember_mlir.frontend.sets import IN_PLACE, set_method
from ember_mlir.frontend.stand_ins import tracked
from ember_mlir.frontend.trace import Trace
from ember_mlir.frontend.values import (
    Selection,
    Symbolic,
    Unknown,
    describe,
    holds_symbolic,
    is_symbolic,
    known_or_symbolic,
    refuse_look,
)

Piece = str | tuple[object, int, object]
"""A literal of an f-string, or a value with its conversion and its format spec."""

CONVERSIONS: Mapping[int, Callable[[object], str]] = {
    ord("r"): repr,
    ord("a"): ascii,
    ord("s"): str,
}


class ValueHooks(BaseHooks):
    """The hooks of texts and operators."""

    __slots__ = ()

    # Texts

    def text(self, number: int, /, *pieces: Piece) -> object:
        """An f-string: a template if a value in it is symbolic, else a plain text."""
        location = self._places[number].location
        parts = [p if isinstance(p, str) else self._formatted(number, *p) for p in pieces]
        for part in parts:
            self._recorder.check_unicode(part, location)
        if all(isinstance(part, str) for part in parts):
            return "".join([part for part in parts if isinstance(part, str)])
        return self._at(number).template(parts)

    def _formatted(self, number: int, value: object, conversion: int, spec: object) -> object:
        if not holds_symbolic(value) and not holds_symbolic(spec):
            if not self._recorder.is_capture or is_plain(value):
                convert = CONVERSIONS.get(conversion)
                known = value if convert is None else convert(value)
                return format(known, str(spec or ""))
        value = known_or_symbolic(value)
        has_spec = is_symbolic(spec) or bool(spec)
        if layout_of(value) == TEXT_LEAF and not has_spec and conversion in (-1, ord("s")):
            return value
        trace = self._capture(number)
        if isinstance(value, Unknown):
            refuse_look("format", value, trace.location)
        letter = chr(conversion) if conversion > 0 else ""
        args = [value, spec if has_spec else "", letter] if has_spec or letter else [value]
        effect = effect_of([value], {})
        return trace.apply_python("format", formatted, args, result=TEXT_LEAF, effect=effect)

    # Operators

    def binary(self, number: int, sign: str, left: object, right: object, /) -> object:
        """`left sign right`."""
        if is_known(left, right):
            if self._is_open(left, right) and not (is_list(left) and is_list(right)):
                return self._applied(number, sign, left, right)
            result = operators.FUNCTIONS[sign](left, right)
            if is_exact_set(result):
                return self._recorder.made_set(result)
            return self._recorder.made(items_of(result)) if is_exact_list(result) else result
        return self._binary(number, sign, left, right)

    def _is_open(self, *values: object) -> bool:
        """Whether something in a capture is an object that may be another one when it runs."""
        return self._recorder.is_capture and not all(
            type(value) in ATOMS or is_settled(value) for value in values
        )

    def _applied(self, number: int, sign: str, left: object, right: object) -> object:
        """What objects do with each other when the program runs."""
        function = KNOWN_COMPARISONS.get(sign) or operators.FUNCTIONS[sign]
        return self._capture(number).apply_python(
            operators.NAMES.get(sign, sign),
            function,
            [left, right],
            result=OBJECT,
            effect="effectful",
        )

    def _binary(self, number: int, sign: str, left: object, right: object) -> object:
        found = known_or_symbolic(left), known_or_symbolic(right)
        if sign == "+" and are_lists(*found):
            joined: list[object] = [*items_of(found[0]), *items_of(found[1])]
            return self._recorder.made(joined)
        if sign == "|" and is_any_dict(found[0]) and is_any_dict(found[1]):
            return self._recorder.made_dict({**found[0], **found[1]})
        if sign == "*" and is_list(found[0]) and type(found[1]) is int:
            repeated: list[object] = [*items_of(found[0])] * found[1]
            return self._recorder.made(repeated)
        trace = self._capture(number)
        return tracked(trace, operators.binary(trace, sign, *found))

    def augmented(self, number: int, sign: str, value: object, other: object, /) -> object:
        """`value sign= other`, which changes a list in place."""
        if isinstance(value, TrackedList) and sign == "+":
            list_method(self._capture(number), value, "extend", [other])
            return value
        if isinstance(value, TrackedSet) and sign in IN_PLACE:
            set_method(self._capture(number), value, IN_PLACE[sign], [other])
            return value
        if isinstance(value, TrackedList | TrackedDict):
            return self._changed_in_place(number, sign, value, other)
        if isinstance(value, Symbolic) and isinstance(value.layout, ListOf | SetOf):
            self._at(number).refuse(
                f"a change in place of {describe(value)}", f"write 'x = x {sign} …'"
            )
        if is_known(value, other):
            if self._recorder.is_capture and type(value) in (list, dict, set):
                self._at(number).refuse(
                    f"a change in place of {describe(value)} from outside",
                    "make one inside, as in list(items)",
                )
            return operators.IN_PLACE[sign](value, other)
        if layout_of(value) == OBJECT:
            return operators.in_place(self._capture(number), sign, value, other)
        return self._binary(number, sign, value, other)

    def _changed_in_place(
        self, number: int, sign: str, value: TrackedList | TrackedDict, other: object
    ) -> object:
        trace = self._capture(number)
        after = self.binary(number, sign, value, other)
        note_change(trace, value, f"'{sign}='")
        if isinstance(value, TrackedList) and isinstance(after, TrackedList):
            become(value, as_known(after))
        elif isinstance(value, TrackedDict) and is_any_dict(after):
            value.update(after)
        else:
            trace.refuse(f"'{sign}=' of {describe(value)}", f"write 'x = x {sign} …'")
        return value

    def signed(self, number: int, sign: str, value: object, /) -> object:
        """`-value`, `+value` or `~value`."""
        if is_known(value):
            return operators.SIGNS[sign](value)
        return operators.signed(self._capture(number), sign, value)

    def negated(self, number: int, value: object, /) -> object:
        """`not value`."""
        found = known_or_symbolic(value)
        if not is_symbolic(found):
            return not found
        return operators.negated(self._capture(number), found)

    def compared(self, number: int, sign: str, left: object, right: object, /) -> object:
        """A comparison."""
        is_of_none = right is None and sign in ("is", "is not")
        if isinstance(left, Selection) and left.may_be_none and is_of_none:
            trace = self._capture(number)
            found = operators.truth(trace, left)
            return operators.negated(trace, found) if sign == "is" else found
        if sign in ("is", "is not") and (left is right or not any_symbolic(left, right)):
            return (left is right) is (sign == "is")
        if is_known(left, right):
            if self._is_open(left, right) and not (
                sign in ("==", "!=") and by_identity(left, right)
            ):
                return self._applied(number, sign, left, right)
            return KNOWN_COMPARISONS.get(sign, operators.FUNCTIONS.get(sign, never))(left, right)
        found = known_or_symbolic(left), known_or_symbolic(taken(right))
        return operators.compared(self._capture(number), sign, *found)

    def compared_in_turn(self, number: int, signs: tuple[str, ...], /, *operands: object) -> object:
        """A comparison of several operands, all of which are evaluated."""
        result: object = True
        for sign, left, right in zip(signs, operands, operands[1:], strict=False):
            found = self.compared(number, sign, left, right)
            result = self._both(number, result, found)
            if result is False:
                return False
        return result

    def _both(self, number: int, first: object, second: object) -> object:
        if first is True:
            return second
        if not any_symbolic(first, second):
            return bool(first) and bool(second)
        place = self._places[number]
        token = self._choices.first(place, first, is_and=True)
        return self._choices.joined(token and second)

    def element(self, number: int, owner: object, index: object, /) -> object:
        """`owner[index]`."""
        if isinstance(owner, TrackedDict) and owner.factory is not None:
            return with_default(self._capture(number), owner, index)
        found = known_or_symbolic(owner)
        special = elements_by(found)
        if special is not None:
            return invoke(self._at(number), special, (found, index), {})
        if not isinstance(found, Symbolic | Unknown) and not holds_symbolic(index):
            return self._element_of_known(number, found, index)
        trace = self._capture(number)
        if isinstance(found, Unknown):
            refuse_look("element", found, trace.location)
        function = selected(trace, found, index)
        if function is not None:
            return function
        result = operators.element(trace, found, index)
        # A part of a list is a new one, but an element of one stays a part of it.
        return tracked(trace, result) if isinstance(index, slice) else result

    def _element_of_known(self, number: int, owner: Any, index: object) -> object:
        recorder = self._at(number)
        if isinstance(recorder, Trace) and not has_known_elements(owner):
            args = [owner, index]
            read = operator.getitem
            return recorder.apply_python("element", read, args, result=OBJECT, effect="effectful")
        value: object = owner[index]
        is_slice = isinstance(index, slice) and is_exact_list(value)
        return recorder.made(items_of(value)) if is_slice else value

    def part(self, number: int, owner: object, key: object, /) -> object:
        """A method that changes `owner[key]`."""
        name = self._places[number].name
        found = part_method(owner, key, name) if self._recorder.is_capture else None
        if found is not None:
            return found
        return attribute(self._at(number), self.element(number, owner, key), name)

    def part_or(self, number: int, owner: object, key: object, default: object, /) -> object:
        """A method that changes `owner.setdefault(key, default)`, of which nobody else knows."""
        name = self._places[number].name
        kinds = (TrackedList, list), (TrackedSet, set), (TrackedDict, dict)
        factory = next((made for kind, made in kinds if type(default) is kind), None)
        if self._recorder.is_capture and factory is not None:
            found = part_method(owner, key, name, factory)
            if found is not None:
                return found
        method = attribute(self._at(number), owner, "setdefault")
        assert callable(method)
        part = self.call(number, method, key, default)
        return attribute(self._at(number), part, name)

    def slice(self, start: object, stop: object, step: object, /) -> object:
        """What stands in brackets with colons."""
        return builtins.slice(start, stop, step)

    def store(self, number: int, owner: Any, index: object, value: object, /) -> None:
        """`owner[index] = value`."""
        recorder = self._at(number)
        if isinstance(recorder, Trace):
            store(recorder, owner, index, value)
        else:
            owner[index] = value

    def store_part(
        self, number: int, owner: object, key: object, index: object, value: object, /
    ) -> None:
        """`owner[key][index] = value`."""
        recorder = self._at(number)
        found = part_method(owner, key, "__setitem__") if recorder.is_capture else None
        if isinstance(found, BoundMethod):
            recorder.invoke(found, (index, value), {})
        else:
            self.store(number, self.element(number, owner, key), index, value)

    def delete(self, number: int, owner: Any, index: object, /) -> None:
        """`del owner[index]`."""
        recorder = self._at(number)
        if isinstance(recorder, Trace):
            delete(recorder, owner, index)
        else:
            del owner[index]

    def store_attribute(self, number: int, owner: object, value: object, /) -> None:
        """`owner.name = value`."""
        recorder = self._at(number)
        name = self._places[number].name
        if isinstance(recorder, Trace):
            if is_model(type(owner)):
                # It may check, or change, what it is given.
                step = "keep the new value in a name, or use a dataclass"
                recorder.refuse(f"assignment to '.{name}' of a model", step)
            note_change(recorder, owner, f"assignment to '.{name}'")
        setattr(owner, name, value)


def formatted(value: object, spec: str = "", conversion: str = "") -> str:
    """A value as it stands in an f-string.

    >>> formatted(2.5, ".2f"), formatted("a", conversion="r")
    ('2.50', "'a'")
    """
    convert = CONVERSIONS.get(ord(conversion)) if conversion else None
    return format(value if convert is None else convert(value), spec)
