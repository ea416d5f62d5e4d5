"""A change to the source of one module, and how it comes about."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from ember_mlir.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
"""Where the sources are, and the tests that judge them."""

ENCODING = "utf-8"


@lru_cache(maxsize=256)
def source_of(path: str) -> str:
    """The text of a source file, by its path from the root."""
    return (ROOT / path).read_text(encoding=ENCODING)


MAX_SHOWN = 48
"""How many characters of a source text are shown."""


class Edit(NamedTuple):
    """The text from one place to another, in bytes, and what stands there instead."""

    start: int
    end: int
    new: str


class Change:
    """A source file in which a text is replaced by another.

    `said` tells of it in short, and `key` tells it from the other changes of its file,
    wherever they stand in it.
    """

    def __init__(self, path: str, edit: Edit, said: str, key: str = "") -> None:
        self.path = path
        self.edit = edit
        self.said = said
        self.key = key or said

    @cached_property
    def line(self) -> int:
        """The line in which the change begins, from 1."""
        return line_at(self.path, self.edit.start)

    @property
    def source(self) -> str:
        """The text of the file after the change."""
        found, edit = source_of(self.path).encode(ENCODING), self.edit
        changed = found[: edit.start] + edit.new.encode(ENCODING) + found[edit.end :]
        return changed.decode(ENCODING)

    @property
    def module(self) -> str:
        """The name of the module that is changed."""
        return module_at(self.path)


def line_at(path: str, start: int) -> int:
    """The line of a place in a file, which is so many bytes in, from 1."""
    return source_of(path).encode(ENCODING)[:start].count(b"\n") + 1


def shown(text: str) -> str:
    """A source text on one short line.

    >>> shown("if a and (\\n    b):")
    'if a and ( b):'
    """
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 12]}…{text[-11:]}"


def module_at(path: str) -> str:
    """The name under which the file at `path` is imported.

    >>> module_at("passes/canonicalize/__init__.py")
    'ember_mlir.passes.canonicalize'
    >>> module_at("ember_mlir/pipeline/stages.py")
    'ember_mlir.pipeline.stages'
    """
    parts = Path(path).with_suffix("").parts
    names = [name for name in parts if name not in ("ember_mlir", "__init__")]
    return ".".join(["ember_mlir", *names])


def files_at(place: str) -> list[str]:
    """The files of a module, or of a folder of modules: `passes/merge_calls`."""
    files = [ROOT / f"{place}.py", *sorted((ROOT / place).glob("*.py"))]
    return [str(path.relative_to(ROOT)) for path in files if path.exists()]


def replacement(place: str, old: str, new: str, said: str) -> Change:
    """The change that replaces a text of a module or folder by another one.

    Raises `InputError` if it does not stand there once.
    """
    counts = {path: source_of(path).count(old) for path in files_at(place)}
    if (count := sum(counts.values())) != 1:
        raise InputError(
            f"a text that is changed must stand once in {place}, but stands there {count} "
            f"times: {shown(old)}; bring the table of planted bugs up to date"
        )
    (path,) = (path for path in counts if counts[path])
    source = source_of(path)
    start = len(source[: source.index(old)].encode(ENCODING))
    return Change(path, Edit(start, start + len(old.encode(ENCODING)), new), said)
