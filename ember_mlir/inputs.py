"""Inputs of a program as written on a command line: `NAME=VALUE`, `NAME=@file`.

What VALUE means depends on the declared type of the argument:

- text: the value itself, or `@path`, the contents of a file; `@@x` is the text `@x`;
- list: a JSON array, or, of texts, `@glob`, the contents of all files that match, sorted
  by path, where `**` stands for any folders;
- number, truth value or record: JSON.

All files are UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from math import isfinite
from pathlib import Path
from unicodedata import normalize

from ember_mlir.errors import InputError
from ember_mlir.grammars.shapes import ListShape, OptionalShape, RecordShape, Shape, Value
from ember_mlir.semantics import abridged
from ember_mlir.text_files import read_text

TEXTS = ListShape("text")

_Json = None | bool | int | float | str | list["_Json"] | dict[str, "_Json"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a program: its name, and what its value looks like.

    >>> print(Parameter("docs", ListShape("text")))
    docs: list<text>
    """

    name: str
    shape: Shape

    def __str__(self) -> str:
        return f"{self.name}: {self.shape}"


def read_inputs(written: Iterable[str], parameters: Sequence[Parameter]) -> dict[str, Value]:
    """The value of each parameter, in their order, from `NAME=VALUE` texts.

    Raises `InputError` if one is missing, unknown, given twice, or not of its type; the
    message lists all parameters.

    >>> docs, question = Parameter("docs", ListShape("text")), Parameter("q", "text")
    >>> read_inputs(["q=2+2?", 'docs=["a"]'], [docs, question])
    {'docs': ['a'], 'q': '2+2?'}
    """
    known = {normalize("NFC", parameter.name): parameter for parameter in parameters}
    given: dict[str, Value] = {}
    for text in written:
        name, equals, value = text.partition("=")
        parameter = known.get(normalize("NFC", name))
        if not equals:
            raise _input_error(f"an input must be written NAME=VALUE, but got '{text}'", parameters)
        if parameter is None:
            raise _input_error(f"there is no input '{name}'", parameters)
        if parameter.name in given:
            raise _input_error(f"the input '{name}' must be given once, but is twice", parameters)
        given[parameter.name] = read_value(value, parameter)
    if missing := [f"'{p.name}'" for p in parameters if p.name not in given]:
        noun = "input" if len(missing) == 1 else "inputs"
        raise _input_error(f"the {noun} {', '.join(missing)} must be given", parameters)
    return {parameter.name: given[parameter.name] for parameter in parameters}


def read_value(written: str, parameter: Parameter) -> Value:
    """The value that a user wrote for `parameter`.

    Raises `InputError` if it is not of the parameter's type, or a file cannot be read.
    """
    if not _is_unicode(written):
        raise InputError(f"the input '{parameter.name}' must be UTF-8; write it to a file")
    if written == "@":
        raise InputError(
            f"the input '{parameter.name}' must name a file after '@', as in "
            f"{parameter.name}=@{'folder/*.txt' if parameter.shape == TEXTS else 'file.txt'}; "
            "write @@ for the text '@'"
        )
    if parameter.shape == "text":
        return _read_single(written)
    is_list = parameter.shape == TEXTS
    if is_list and written.startswith("@") and not written.startswith("@@"):
        return [read_text(path) for path in _matching_files(written[1:], parameter)]
    return _read_json(written, parameter)


def _read_single(written: str) -> str:
    if written.startswith("@@"):
        return written[1:]
    return read_text(written[1:]) if written.startswith("@") else written


def _matching_files(pattern: str, parameter: Parameter) -> list[str]:
    if not has_magic(pattern):
        return [pattern]
    found = sorted(path for path in glob(pattern, recursive=True) if Path(path).is_file())
    if not found:
        raise InputError(
            f"the input '{parameter.name}' must match at least one file, but no file "
            f"matches '{pattern}'; check the folder, or write [] for no text"
        )
    return found


def _read_json(written: str, parameter: Parameter) -> Value:
    try:
        value: _Json = json.loads(written)
    except (ValueError, RecursionError):
        raise _type_error(parameter, f"'{abridged(written)}'") from None
    return _checked(value, parameter.shape, parameter)


def _checked(value: _Json, shape: Shape, parameter: Parameter) -> Value:
    match shape, value:
        case ListShape(element), list():
            return [_checked(item, element, parameter) for item in value]
        case RecordShape(fields), dict() if set(value) == {name for name, _ in fields}:
            return {name: _checked(value[name], found, parameter) for name, found in fields}
        case "text", str() if _is_unicode(value):
            return value
        case "boolean", bool():
            return value
        case "integer", int() if not isinstance(value, bool) and -(2**63) <= value < 2**63:
            return value
        case "number", int() | float() if not isinstance(value, bool) and _is_finite(value):
            return float(value)
        case _:
            raise _type_error(parameter, abridged(json.dumps(value, ensure_ascii=True)))


def _is_finite(value: float) -> bool:
    try:
        return isfinite(float(value))
    except OverflowError:
        return False


def _type_error(parameter: Parameter, got: str) -> InputError:
    files = " or @folder/*.txt" if parameter.shape == TEXTS else ""
    return InputError(
        f"the input '{parameter.name}' must be {_articled(parameter.shape)}, but got {got}; "
        f"write it as {_example(parameter.shape)}{files}"
    )


def _articled(shape: Shape) -> str:
    return f"an {shape}" if shape == "integer" else f"a {shape}"


def _example(shape: Shape) -> str:
    """How a value of a shape is written, as JSON."""
    match shape:
        case ListShape("text"):
            return '["a", "b"]'
        case ListShape():
            return f"[{_example(shape.element)}]"
        case OptionalShape():
            return _example(shape.element)
        case RecordShape():
            fields = [f"{json.dumps(name)}: {_example(found)}" for name, found in shape.fields]
            return "{" + ", ".join(fields) + "}"
        case _:
            return {"text": '"a"', "integer": "3", "number": "0.5", "boolean": "true"}[shape]


def _input_error(problem: str, parameters: Sequence[Parameter]) -> InputError:
    if not parameters:
        return InputError(f"{problem}; the program takes no inputs")
    listed = ", ".join(map(str, parameters))
    return InputError(f"{problem}; the program takes {listed}")


def _is_unicode(text: str) -> bool:
    # What was not UTF-8 on the command line, or half of a pair in JSON, is a surrogate.
    return not any("\ud800" <= character <= "\udfff" for character in text)
