"""Typed answers that classes make of what was read: they may refuse it."""

from __future__ import annotations

from ember_mlir.frontend.operations.asking import answered, is_right, read_as
from ember_mlir.frontend.recorder import Ask
from ember_mlir.frontend.schemas import Schema


def checked_answer(schema: Schema, retries: int, ask: Ask) -> object:
    """The value of an answer that is right; raises what is wrong with the last one.

    Each of the answers has its own attempts at the form.
    """
    text = answered(ask)
    attempt = 0
    while attempt < retries and not is_right(text, schema):
        text = answered(ask)
        attempt += 1
    return read_as(text, schema)
