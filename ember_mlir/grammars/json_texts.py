"""Reads JSON strictly: no duplicate keys, no NaN, no number that is out of range."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn

from ember_mlir.grammars.shapes import MAX_DEPTH
from ember_mlir.semantics import abridged

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What JSON can say."""

_MAX_DIGITS = 20


class JsonProblem(ValueError):
    """Why a text is not JSON that we read: `must ..., but got ...`."""


def read_json(text: str, max_depth: int = MAX_DEPTH) -> Json:
    """The value of a JSON text; lists and objects nest at most `max_depth` deep.

    Integers have at most 20 characters and keep their value; other numbers are floats.
    Raises `JsonProblem` if the text is not JSON, or is not strict.

    >>> read_json('{"a": [1, true]}')
    {'a': [1, True]}
    """
    try:
        value: Json = json.loads(
            text,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        position = f"line {error.lineno}, column {error.colno}"
        got = _shown(text[error.pos : error.pos + 12]) if text[error.pos :] else "its end"
        raise JsonProblem(f"must be JSON, but got {got} at {position}") from None
    except RecursionError:
        raise _too_deep(max_depth) from None
    _check_texts(value, max_depth)
    return value


def write_json(value: Json) -> str:
    """A value in one line of JSON.

    >>> write_json({"a": "é"})
    '{"a": "é"}'
    """
    return json.dumps(value, ensure_ascii=False)


def _shown(text: str) -> str:
    return abridged(write_json(text))


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise JsonProblem(f"must have integers of 64 bits, but got one of {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise JsonProblem(f"must have finite numbers, but got {text[:20]}")
    return value


def _constant(text: str) -> NoReturn:
    raise JsonProblem(f"must have finite numbers, but got {text}")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, value in pairs:
        if key in found:
            raise JsonProblem(f"must have each key once, but got {_shown(key[:20])} twice")
        found[key] = value
    return found


def _too_deep(max_depth: int) -> JsonProblem:
    return JsonProblem(f"must nest at most {max_depth} lists, but nests more")


def _check_texts(value: Json, max_depth: int) -> None:
    levels = 0
    level = [value]
    while level:
        levels += 1
        if levels > max_depth and any(isinstance(item, (list, dict)) for item in level):
            raise _too_deep(max_depth)
        if any(isinstance(item, str) and not _is_unicode(item) for item in level):
            raise JsonProblem("must have whole characters, but got half of a surrogate pair")
        level = [part for item in level for part in _parts(item)]


def _parts(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
