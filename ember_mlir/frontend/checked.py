"""Typed answers that a class checks itself, beyond their form."""

from __future__ import annotations

from ember_mlir.frontend.operations.asking import answered, is_right, read_as
from ember_mlir.frontend.recorder import Ask
from ember_mlir.frontend.schemas import Schema


def checked_answer(schema: Schema, retries: int, ask: Ask) -> object:
    """An answer that is right, or the last that was asked for."""
    text = answered(ask)
    attempt = 0
    while attempt < retries and not is_right(text, schema):
        text = answered(ask)
        attempt += 1
    return read_as(text, schema)
