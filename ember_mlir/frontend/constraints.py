"""What is said of a type beside it, as keywords of a JSON schema.

    age: Annotated[int, Field(ge=0, le=150)]    =>   "minimum": 0, "maximum": 150
    tags: list[str] = Field(max_length=5)       =>   "maxItems": 5

Only keywords that the subset has are written: whatever else is said, a model checks itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ember_mlir.errors import InvalidIRError
from ember_mlir.grammars import Grammar, check_grammar

Json = dict[str, Any]

_WORDS: dict[str, dict[str, str]] = {
    "integer": {"ge": "minimum", "le": "maximum", "gt": "minimum", "lt": "maximum"},
    "string": {"pattern": "pattern", "min_length": "minLength", "max_length": "maxLength"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
}
_BEYOND = {"gt": 1, "lt": -1}


def constrained(found: Json, said: Iterable[object]) -> Json:
    """A type with the keywords that `said` asks for; of what may be null, that which is not.

    >>> from types import SimpleNamespace
    >>> constrained({"type": "integer"}, [SimpleNamespace(ge=1), SimpleNamespace(lt=9)])
    {'type': 'integer', 'minimum': 1, 'maximum': 8}
    """
    objects = [*_unpacked(said)]
    if "anyOf" in found:
        either: list[Json] = found["anyOf"]
        return {**found, "anyOf": [constrained(one, objects) for one in either]}
    words = {} if "enum" in found else _WORDS.get(str(found.get("type")), {})
    for name, keyword in words.items():
        for one in objects:
            found = _with(found, keyword, name, getattr(one, name, None))
    return found


def _unpacked(said: Iterable[object]) -> Iterator[object]:
    for one in said:
        # A field of pydantic's says what it asks for one by one.
        inner: object = getattr(one, "metadata", None)
        yield from inner if isinstance(inner, list) else (one,)


def _with(found: Json, keyword: str, name: str, value: object) -> Json:
    """A type with one more keyword, if that is in the subset beside what it has."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return found
    bound = value if isinstance(value, str) else value + _BEYOND.get(name, 0)
    wanted = {**found, keyword: bound}
    # What the elements of a list are is not the matter here.
    alone = {**wanted, "items": {"type": "boolean"}} if "items" in found else wanted
    try:
        check_grammar(Grammar("json_schema", json.dumps(alone)))
    except InvalidIRError:
        return found
    return wanted
