"""Grammars: what an answer must look like, and how its value is read.

A grammar is spelled as a JSON schema, as a regex with named groups or as a Lark text.
All have one internal form, a Lark text in the subset that constrained decoders accept.
Reading takes a bounded number of steps, whatever the text.
"""

from __future__ import annotations

from ember_mlir.grammars.grammar import Grammar, Spelling, check_grammar
from ember_mlir.grammars.shapes import (
    ListShape,
    OptionalShape,
    RecordShape,
    Scalar,
    Shape,
    Value,
)

__all__ = [
    "Grammar",
    "ListShape",
    "OptionalShape",
    "RecordShape",
    "Scalar",
    "Shape",
    "Spelling",
    "Value",
    "check_grammar",
]
