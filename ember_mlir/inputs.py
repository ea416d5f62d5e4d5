"""Inputs of a program as written on a command line: `NAME=VALUE`, `NAME=@file`.

What VALUE means depends on the declared type of the argument:

- text: the value itself, or `@path`, the contents of a file; `@@x` is the text `@x`;
- list: a JSON array, or `@glob`, the contents of all files that match, sorted by path,
  where `**` stands for any folders.

All files are UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from unicodedata import normalize

from ember_mlir.errors import InputError
from ember_mlir.text_files import read_text

Value = str | list["Value"]
"""A text, or a list of values."""

_Json = None | bool | int | float | str | list["_Json"] | dict[str, "_Json"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a program: its name, and how deep lists nest in it (0: a text).

    >>> print(Parameter("docs", 1))
    docs: list<text>
    """

    name: str
    depth: int

    @property
    def type(self) -> str:
        """The type in words of the command line: `text`, `list<text>`."""
        return "list<" * self.depth + "text" + ">" * self.depth

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


def read_inputs(written: Iterable[str], parameters: Sequence[Parameter]) -> dict[str, Value]:
    """The value of each parameter, in their order, from `NAME=VALUE` texts.

    Raises `InputError` if one is missing, unknown, given twice, or not of its type; the
    message lists all parameters.

    >>> read_inputs(["q=2+2?", 'docs=["a"]'], [Parameter("docs", 1), Parameter("q", 0)])
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
    if parameter.depth == 0:
        return _read_single(written)
    if parameter.depth == 1 and written.startswith("@") and not written.startswith("@@"):
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
        raise _type_error(parameter, f"'{_abridged(written)}'") from None
    return _checked(value, parameter.depth, parameter)


def _checked(value: _Json, depth: int, parameter: Parameter) -> Value:
    if depth == 0 and isinstance(value, str) and _is_unicode(value):
        return value
    if depth > 0 and isinstance(value, list):
        return [_checked(item, depth - 1, parameter) for item in value]
    raise _type_error(parameter, _abridged(json.dumps(value, ensure_ascii=True)))


def _type_error(parameter: Parameter, got: str) -> InputError:
    example = "[" * parameter.depth + '"a", "b"' + "]" * parameter.depth
    files = " or @folder/*.txt" if parameter.depth == 1 else ""
    return InputError(
        f"the input '{parameter.name}' must be a {parameter.type}, but got {got}; "
        f"write it as {example}{files}"
    )


def _input_error(problem: str, parameters: Sequence[Parameter]) -> InputError:
    if not parameters:
        return InputError(f"{problem}; the program takes no inputs")
    listed = ", ".join(map(str, parameters))
    return InputError(f"{problem}; the program takes {listed}")


def _is_unicode(text: str) -> bool:
    # What was not UTF-8 on the command line, or half of a pair in JSON, is a surrogate.
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _abridged(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
