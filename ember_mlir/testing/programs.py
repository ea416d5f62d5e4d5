"""Random programs: a text that verifies, its inputs, and the functions that it applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import strategies as st
from xdsl.ir import Attribute

from ember_mlir.dialects.values import ObjectType
from ember_mlir.semantics import Value
from ember_mlir.testing.asking import ASKING
from ember_mlir.testing.nesting import NESTING, unused
from ember_mlir.testing.plain import PLAIN, leaf
from ember_mlir.testing.samples import TYPES, samples
from ember_mlir.testing.shapes import SHAPES
from ember_mlir.testing.writer import Language, Name, Writer

EVERYTHING = Language(TYPES, (*PLAIN, *ASKING, *NESTING, *SHAPES), leaf)
"""The whole of `llm`, `ensemble`, and what of `scf` and `arith` programs may have."""


def without(*operations: str) -> Language:
    """All of the language but some operations."""
    makers = [maker for maker in EVERYTHING.makers if maker.operation not in operations]
    return replace(EVERYTHING, makers=makers)


HEADER = """llm.model @small named "petit" from "simulated" clearance "pii" batch 3
llm.model @large from "simulated" clearance "pii"
llm.tool @search "finds é" takes "{\\22type\\22: \\22object\\22}"
llm.tool @time "tells" takes "{\\22type\\22: \\22object\\22}"
"""


class Program:
    """A program with one function: its text, its inputs by name, in order, and its functions.

    `functions` has the type of the result of each function that the program applies.
    """

    def __init__(
        self, text: str, inputs: Mapping[str, Value], functions: Mapping[str, Attribute]
    ) -> None:
        self.text = text
        self.inputs = inputs
        self.functions = functions

    def __repr__(self) -> str:
        return f"\n{self.text}// inputs: {dict(self.inputs)!r}\n"


@st.composite
def programs(draw: st.DrawFn, language: Language = EVERYTHING, *, max_ops: int = 25) -> Program:
    """Programs of `language` that verify; of about `max_ops` operations at most."""
    w = Writer(draw, language, max_ops)
    arguments = [Name(w.fresh(), w.type()) for _ in range(w.number(3))]
    arguments = [a for a in arguments if not isinstance(a.type, ObjectType)]
    w.visible += arguments
    results: list[Name] = []
    for _ in range(w.number(3, 1)):
        unused(w)
        found = w.type()
        results.append(Name(w.value(found), found))
    inputs = {a.name[1:]: draw(samples(a.type)) for a in arguments}
    text = _function(arguments, results, w.lines)
    return Program(HEADER + text, inputs, w.functions)


def _function(arguments: Sequence[Name], results: Sequence[Name], lines: Sequence[str]) -> str:
    taken = ", ".join([f"{name}: {found}" for name, found in arguments])
    given = ", ".join([str(found) for _, found in results])
    names = ", ".join([name for name, _ in results])
    body = "\n".join([*lines, f"  func.return {names} : {given}"])
    return f"func.func @program({taken}) -> ({given}) {{\n{body}\n}}\n"
