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
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue

from ember_mlir.dialects import ensemble, llm
from ember_mlir.dialects.locations import location_of, operators_of
from ember_mlir.dialects.values import AsksModel

MAX_NODES = 2_000
"""How many steps a graph shows; the rest is said to be left out."""


@dataclass(frozen=True)
class Node:
    """A step: what it is, and on which line of the source; `inside` is the step around it.

    `operators` are those that it belongs to, as in `Pipeline/refine`.
    """

    number: int
    label: str
    kind: str
    line: str = ""
    inside: int | None = None
    operators: str = ""


@dataclass(frozen=True)
class Group:
    """The steps of an operator, at one place in the picture."""

    number: int
    operators: str
    nodes: list[Node] = field(default_factory=list[Node])


@dataclass
class Graph:
    """Steps in program order, and which reads what; `left_out` are further steps."""

    nodes: list[Node] = field(default_factory=list[Node])
    edges: dict[tuple[int, int], None] = field(default_factory=dict[tuple[int, int], None])
    left_out: int = 0

    def written(
        self,
        write: Callable[[Node], str],
        opened: Callable[[Node], str],
        grouped: Callable[[Group], str],
        closed: str,
    ) -> Iterator[str]:
        """A line for each step; between what is `opened` and `closed`, those inside of it, too.

        The steps of an operator stand between what is `grouped` and `closed`.
        """
        inside = self._by_place()
        pending: list[tuple[str, Node | Group | str]] = [
            ("  ", one) for one in reversed(inside[None])
        ]
        while pending:
            indent, one = pending.pop()
            deeper = indent + "  "
            if isinstance(one, str):
                yield indent + one
            elif isinstance(one, Group):
                yield indent + grouped(one)
                pending += [(indent, closed), *[(deeper, node) for node in reversed(one.nodes)]]
            elif one.number not in inside:
                yield indent + write(one)
            else:
                yield indent + opened(one)
                inner = [write(one), *reversed(inside[one.number])]
                pending += [(indent, closed), *[(deeper, part) for part in inner]]

    def _by_place(self) -> defaultdict[int | None, list[Node | Group]]:
        """What stands inside of each step, and of none, in program order."""
        inside: defaultdict[int | None, list[Node | Group]] = defaultdict(list)
        groups: dict[tuple[int | None, str], Group] = {}
        for node in self.nodes:
            around = "" if node.inside is None else self.nodes[node.inside].operators
            if node.operators in ("", around):
                inside[node.inside].append(node)
                continue
            key = node.inside, node.operators
            if key not in groups:
                groups[key] = Group(len(groups), node.operators)
                inside[node.inside].append(groups[key])
            groups[key].nodes.append(node)
        return inside


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
        is_step = kind not in ("input", "result")
        operators = operators_of(op) if is_step else ""
        self.graph.nodes.append(Node(number, label, kind, _line(op), inside, operators))
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
    place = location_of(op)
    if place is None:
        return ""
    file = place.file.replace("\\", "/").rpartition("/")[2]
    return f"{file}:{place.line}"
