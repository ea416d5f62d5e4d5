"""Programs as graphs: what is asked, what it is made from, and what becomes of it.

`graph_of` makes a graph of a module of the level `llm`; `dot`, `mermaid` and `svg` write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ember_mlir.errors import InputError
from ember_mlir.graphs.dot import as_dot
from ember_mlir.graphs.mermaid import as_mermaid
from ember_mlir.graphs.model import Graph, graph_of
from ember_mlir.graphs.svg import as_svg

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

WRITERS: Mapping[str, Callable[[Graph], str]] = {
    "dot": as_dot,
    "mermaid": as_mermaid,
    "svg": as_svg,
}
"""How a graph is written, by the name of the form."""


def drawn(module: ModuleOp, form: str) -> str:
    """The graph of a module in a form; raises `InputError` for one that there is not."""
    write = WRITERS.get(form)
    if write is None:
        known = ", ".join(f"'{name}'" for name in WRITERS)
        raise InputError(f"the form of a graph must be one of {known}, but got '{form}'")
    return write(graph_of(module))
