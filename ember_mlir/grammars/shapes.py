"""What the value of a grammar looks like, and the limits that all grammars keep."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

MAX_TEXT = 65_536
"""The most characters that the text of a grammar may have."""

MAX_DEPTH = 64
"""How deep groups, lists and objects of a grammar may nest."""

MAX_REPETITIONS = 1000
"""The most times that a bounded repetition, such as `{2,5}`, may ask for."""

MAX_LARK = 4 * MAX_TEXT
"""The most characters that a Lark text may have: other spellings grow into one."""

MAX_SIZE = 200_000
"""The most symbols that a grammar may have once its bounded repetitions are written out."""


@dataclass(frozen=True, slots=True)
class ListShape:
    """A list whose elements all have one shape.

    >>> str(ListShape("text"))
    'list<text>'
    """

    element: Shape

    def __str__(self) -> str:
        return f"list<{self.element}>"


@dataclass(frozen=True, slots=True)
class RecordShape:
    """A record: names and shapes of its fields, in their order.

    >>> str(RecordShape((("name", "text"), ("age", "integer"))))
    'record<"name": text, "age": integer>'
    """

    fields: tuple[tuple[str, Shape], ...]

    def __str__(self) -> str:
        written = [
            f"{json.dumps(name, ensure_ascii=False)}: {shape}" for name, shape in self.fields
        ]
        return f"record<{', '.join(written)}>"


@dataclass(frozen=True, slots=True)
class OptionalShape:
    """Null, or a value of one shape.

    >>> str(OptionalShape(ListShape("text")))
    'list<text> or null'
    """

    element: Shape

    def __str__(self) -> str:
        return f"{self.element} or null"


Scalar = Literal["text", "integer", "number", "boolean"]
"""A single value: `str`, `int` of 64 bits, finite `float`, `bool`."""

Shape = Scalar | ListShape | RecordShape | OptionalShape
"""What a value looks like."""

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
"""A value that was read: lists are `list`, records are `dict` in the order of fields.

Null is None."""
