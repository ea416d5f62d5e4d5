"""What flows where: a graph of values and events, and how far labels reach in it.

A label reaches whatever a path of the graph leads to. A flow may let pass a label up to
some height only, as a redaction does. All of that takes time linear in the graph, however
its cycles (loops, rounds, shared frames) run: the highest label goes first and takes
everything that it can, then the next one, so no node is visited twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from ember_mlir.dialects.values import LABELS

PUBLIC = 0
"""The rank of what all may see."""

TOP = len(LABELS) - 1
"""The rank of the highest label."""


class Event:
    """Something about an operation that depends on values: that it runs, asks, or fails."""

    __slots__ = ("op",)

    def __init__(self, op: Operation) -> None:
        self.op = op


@dataclass(frozen=True, slots=True)
class Length:
    """How many elements a list has, apart from what they are."""

    value: SSAValue


Node = SSAValue | Event | Length


@dataclass(frozen=True, slots=True)
class Reached:
    """How high the label of a node is, and from which node it came there (None: begins)."""

    rank: int
    before: Node | None


class FlowGraph:
    """Flows between nodes, and where labels begin."""

    def __init__(self) -> None:
        self._flows: dict[Node, list[tuple[Node, int]]] = {}
        self._origins: list[list[Node]] = [[] for _ in LABELS]

    def begin(self, node: Node, rank: int) -> None:
        """Give `node` a label of its own."""
        self._origins[rank].append(node)

    def flow(self, source: Node, target: Node, at_most: int = TOP) -> None:
        """Let `target` have the label of `source`, or `at_most` if that is lower."""
        self._flows.setdefault(source, []).append((target, at_most))

    def spread(self) -> Spread:
        """How far all labels reach."""
        reached: dict[Node, Reached] = {}
        queues: list[deque[tuple[Node, Node | None]]] = [
            deque((node, None) for node in origins) for origins in self._origins
        ]
        for rank in range(TOP, PUBLIC, -1):
            queue = queues[rank]
            while queue:
                node, before = queue.popleft()
                if node in reached:
                    continue
                reached[node] = Reached(rank, before)
                for target, at_most in self._flows.get(node, ()):
                    if target not in reached:
                        queues[min(rank, at_most)].append((target, node))
        return Spread(reached)


class Spread:
    """How far labels reach in a graph."""

    def __init__(self, reached: dict[Node, Reached]) -> None:
        self._reached = reached

    def rank(self, node: Node) -> int:
        """The height of the label of `node`; 0 is public."""
        found = self._reached.get(node)
        return PUBLIC if found is None else found.rank

    def way_to(self, node: Node) -> list[Node]:
        """A shortest way from where the label of `node` begins to `node` itself."""
        return list(self._backwards(node))[::-1]

    def _backwards(self, node: Node) -> Iterator[Node]:
        found = self._reached.get(node)
        while found is not None:
            yield node
            if found.before is None:
                return
            node = found.before
            found = self._reached[node]
