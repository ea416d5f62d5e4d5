"""How sensitive each value of a module is, and why: a forward analysis, at every level.

Labels form a chain, `public < internal < confidential < pii`. They begin at arguments
(`ember.label`), at constants (`label`), and wherever else `ember.label` stands on an
operation that is no request. A value has the highest label of all that it depends on:

- its operands. A list has two labels, one of its elements and one of its length, so that
  a list whose length everybody knows may hold secrets. The length of an argument has the
  label of the argument unless `ember.length_label` says less;
- what decides whether it is computed at all: the condition of a branch, the bounds or the
  condition of a loop, the length of a list that is mapped or reduced, the acceptance of
  the rungs before and of the rounds of a refinement, the failure of the arms before;
- where a failure is handled (`on_error`, `ensemble.fallback`, `ensemble.race`), the
  operations before it in the region that can fail: it is computed only if they did not;
- in a race, all that takes time in any of the arms, which decides who is first.

A request has the label of all that it tells and of being sent at all; so it includes how
often a grammar lets it be asked again, and that a judge of one answer is not asked. An
answer has the label of its request. Only `llm.redact` and `llm.declassify` lower a label,
to what they write; what is hidden keeps its own, and `llm.restore` brings it back.

**The promise** is non-interference that does not count termination. Take a module in
which no request has a label above the clearance of its model, and two runs of the
reference with one seed, whose inputs differ only where the label is above some label L,
such that every redaction and declassification to L or less gives the same in both. Then
the requests to models with a clearance of L at most are the same, byte for byte and in
the same order, if both runs succeed, and so are the results with such a label. If one run
fails, its requests are the beginning of the other's: an error that nobody handles ends a
program, and that it has ended, and where, is not covered. At the lower levels the same
holds of a run of the operations one at a time, in the order of the text. Neither is time
covered, such as how late a request is sent, or which of several requests under way an
error still lets through, nor what Python functions do: they are taken to return what
depends on their arguments, and to tell nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import BlockArgument, Operation, SSAValue

from ember_mlir.dialects.locations import location_of, source_at
from ember_mlir.dialects.names import argument_names
from ember_mlir.dialects.values import LABELS, Label
from ember_mlir.errors import SourceLocation
from ember_mlir.limits import on_any_stack
from ember_mlir.passes.analysis.flow_graph import Event, Length, Node
from ember_mlir.passes.analysis.label_flows import LABEL, LENGTH_LABEL, Asking, Flows, is_list
from ember_mlir.passes.analysis.label_regions import REGIONS
from ember_mlir.passes.analysis.label_values import VALUES

__all__ = ["LABEL", "LENGTH_LABEL", "Asking", "Labels", "infer_labels"]

TRANSFERS = {**VALUES, **REGIONS}

MAX_STEPS = 12
"""How many operations of a path are shown; of a longer one the middle is left out."""


class Labels:
    """The label of every value and request of a module."""

    def __init__(self, flows: Flows) -> None:
        self.requests: Sequence[Asking] = flows.requests
        """All requests, in the order of the text."""
        self._spread = flows.graph.spread()

    def of(self, value: SSAValue) -> Label:
        """The label of a value; of a list, that of its elements or length if it is higher."""
        rank = self._spread.rank(value)
        if is_list(value):
            rank = max(rank, self._spread.rank(Length(value)))
        return LABELS[rank]

    def of_node(self, node: Node) -> Label:
        """The label of a node alone, such as `Length(items)`."""
        return LABELS[self._spread.rank(node)]

    def of_request(self, asking: Asking) -> Label:
        """The label of what a request tells."""
        return LABELS[self._spread.rank(asking.event)]

    def of_sending(self, asking: Asking) -> Label:
        """The label of a request's being sent, whatever it tells."""
        return LABELS[self._spread.rank(asking.point)]

    def path_to(self, asking: Asking) -> str:
        """The operations by which the label of a request came there, with their lines."""
        return self._path(asking.event)

    def path_to_sending(self, asking: Asking) -> str:
        """The operations by which the label of a request's being sent came there."""
        return self._path(asking.point)

    def _path(self, node: Node) -> str:
        nodes = self._spread.way_to(node)
        steps = [described(node) for node in nodes]
        distinct = steps[:1] + [after for before, after in pairwise(steps) if before != after]
        if len(distinct) > MAX_STEPS:
            left_out = len(distinct) - MAX_STEPS
            half = MAX_STEPS // 2
            distinct[half:-half] = [f"({left_out} more)"]
        return " -> ".join(distinct)


def infer_labels(module: ModuleOp) -> Labels:
    """The labels of a module at any level, in time linear in its size.

    Raises `InvalidIRError` where something that is no label is written as one.
    """
    return on_any_stack(lambda: Labels(Flows(module, TRANSFERS)))


def described(node: Node) -> str:
    """What a node of a path is: an argument or an operation, and its line."""
    value = node.value if isinstance(node, Length) else node
    if isinstance(value, Event):
        return _operation(value.op)
    if isinstance(value, BlockArgument):
        return _argument(value)
    assert isinstance(value.owner, Operation)
    return _operation(value.owner)


def _operation(op: Operation) -> str:
    return f"'{op.name}'{_line(location_of(op))}"


def _argument(argument: BlockArgument) -> str:
    """An argument of a function by its name, that of another region by its operation."""
    op = argument.block.parent_op()
    assert op is not None
    if op.name not in ("func.func", "exec.frame"):
        return _operation(op)
    found = source_at(argument.location) or location_of(op)
    return f"argument %{argument_names(op)[argument.index]}{_line(found)}"


def _line(location: SourceLocation | None) -> str:
    return "" if location is None else f" ({location.file}:{location.line})"
