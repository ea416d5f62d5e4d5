"""A part of a text that must be masked."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """The characters of a text from `start` up to `end`."""

    start: int
    end: int
