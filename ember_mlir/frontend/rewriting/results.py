"""Which code is rewritten: asked also where nothing of rewriting is needed."""

from __future__ import annotations

from types import CodeType

# By identity, and kept alive so that the identity stays its own.
_RESULTS: dict[int, CodeType] = {}


def is_rewritten(code: CodeType) -> bool:
    """Whether `code` is, or stands inside, a result of `rewrite`."""
    return id(code) in _RESULTS


def note_rewritten(code: CodeType) -> None:
    """Take note of a result of `rewrite`, or of code inside of one."""
    _RESULTS[id(code)] = code
