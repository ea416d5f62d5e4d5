"""The graph of a program: its steps, and what each is made from.

What only shapes values, such as templates and lists, is left out: whoever reads their
results depends on what they are made of. The steps of a region, such as the body of a map,
stand inside of the step that runs it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from xdsl.dialects import func, scf
from xdsl.dialects.builtin import FileLineColLoc, ModuleOp
from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.values import AsksModel

MAX_NODES = 2_000
"""How many steps a graph shows; the rest is said to be left out."""


@dataclass(frozen=True)
class Node:
    """A step: what it is, and on which line of the source; `inside` is the step around it."""

    number: int
    label: str
    kind: str
    line: str = ""
    inside: int | None = None


@dataclass
class Graph:
    """Steps in program order, and which reads what; `left_out` are further steps."""

    nodes: list[Node] = field(default_factory=list[Node])
    edges: dict[tuple[int, int], None] = field(default_factory=dict[tuple[int, int], None])
    left_out: int = 0

    def written(
        self, write: Callable[[Node], str], opened: Callable[[Node], str], closed: str
    ) -> Iterator[str]:
        """A line for each step; between what is `opened` and `closed`, those inside of it, too."""
        inside: defaultdict[int | None, list[Node]] = defaultdict(list)
        for node in self.nodes:
            inside[node.inside].append(node)
        pending: list[tuple[str, Node | str]] = [("  ", node) for node in reversed(inside[None])]
        while pending:
            indent, one = pending.pop()
            if isinstance(one, str):
                yield indent + one
            elif one.number not in inside:
                yield indent + write(one)
            else:
                yield indent + opened(one)
                inner = [write(one), *reversed(inside[one.number])]
                pending += [(indent, closed), *[(indent + "  ", part) for part in inner]]


def graph_of(module: ModuleOp) -> Graph:
    """The graph of the functions of a module, one beside the other."""
    builder = _Builder()
    for op in module.ops:
        if isinstance(op, func.FuncOp) and op.body.blocks:
            builder.function(op)
    return builder.graph


class _Builder:
    def __init__(self) -> None:
        self.graph = Graph()
        self._made_from: dict[SSAValue, frozenset[int]] = {}

    def function(self, op: func.FuncOp) -> None:
        names = op.arg_attrs.data if op.arg_attrs is not None else ()
        for number, argument in enumerate(op.body.block.args):
            known = names[number].data.get("ember.name") if number < len(names) else None
            name = getattr(known, "data", None) or argument.name_hint or f"input {number + 1}"
            self._made_from[argument] = self._node(str(name), "input", op, None)
        self.block(op.body.block, None)
        last = op.body.block.last_op
        assert last is not None
        result = self._node(f"result of {op.sym_name.data}", "result", last, None)
        self._edges(last.operands, result)

    def block(self, block: Block, inside: int | None) -> None:
        for op in block.ops:
            self.operation(op, inside)

    def operation(self, op: Operation, inside: int | None) -> None:
        shown = _shown(op)
        sources = self._sources(op.operands)
        if shown is None:
            for region in op.regions:
                for block in region.blocks:
                    self._enter(block, sources, inside)
            for result in op.results:
                self._made_from[result] = sources
            return
        label, kind = shown
        node = self._node(label, kind, op, inside)
        (number,) = node or (None,)
        if number is None:
            for result in op.results:
                self._made_from[result] = sources
            return
        self._edges(op.operands, node)
        for region in op.regions:
            for block in region.blocks:
                self._enter(block, sources, number)
                if (last := block.last_op) is not None:
                    self._edges(last.operands, node)
        for result in op.results:
            self._made_from[result] = node

    def _enter(self, block: Block, sources: frozenset[int], inside: int | None) -> None:
        for argument in block.args:
            self._made_from[argument] = sources
        self.block(block, inside)

    def _sources(self, values: Iterable[SSAValue]) -> frozenset[int]:
        none: frozenset[int] = frozenset()
        return none.union(*[self._made_from.get(value, none) for value in values])

    def _edges(self, values: Iterable[SSAValue], node: frozenset[int]) -> None:
        for number in node:
            for source in sorted(self._sources(values)):
                if source != number:
                    self.graph.edges[source, number] = None

    def _node(self, label: str, kind: str, op: Operation, inside: int | None) -> frozenset[int]:
        if len(self.graph.nodes) >= MAX_NODES:
            self.graph.left_out += 1
            return frozenset()
        number = len(self.graph.nodes)
        self.graph.nodes.append(Node(number, label, kind, _line(op), inside))
        return frozenset({number})


def _shown(op: Operation) -> tuple[str, str] | None:
    """The label and kind of a step; None for what only shapes values."""
    name = op.name.partition(".")[2]
    match op:
        case ensemble.SampleOp():
            return f"{op.count.value.data} samples of {_model(op)}", "request"
        case llm.ApplyOp():
            return op.function.string_value(), "function"
        case scf.IfOp():
            return "if", "choice"
        case scf.ForOp() | scf.WhileOp():
            return "loop", "region"
        case ensemble.VoteOp() | ensemble.BestOp():
            return name, "combine"
        case _ if op.has_trait(AsksModel):
            return f"{name} {_model(op)}", "request"
        case _ if op.regions:
            return name, "region"
        case _:
            return None


def _model(op: Operation) -> str:
    found = op.properties.get("model")
    value = getattr(found, "string_value", None)
    return str(value()) if callable(value) else ""


def _line(op: Operation) -> str:
    """The file and line of a step, as `app.py:12`."""
    place = op.location
    if not isinstance(place, FileLineColLoc):
        return ""
    file = place.filename.data.replace("\\", "/").rpartition("/")[2]
    return f"{file}:{place.line.data}"
