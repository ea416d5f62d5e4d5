"""Chains and reductions that are written call by call: which answers a prompt is made of.

A call that is asked with the answer of one other goes on with its chain. One that is asked
with answers of several, none of which led to the others, makes them one: a reduction, which
takes in those that it is asked with the results of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from xdsl.ir import Operation

from ember_mlir.passes.analysis.shapes.records import Calls, Shape


@dataclass(eq=False)
class Node:
    """A call, with its place in its chain; `merged` are the calls of the reduction it ends."""

    op: Operation
    chain: list[Node] = field(default_factory=list["Node"])
    place: int = 0
    merged: list[Operation] = field(default_factory=list[Operation])
    taken: bool = False


@dataclass(eq=False)
class Several:
    """Answers that are put together; they are looked through once."""

    parts: Sequence[Flow]
    seen: bool = False


class Flow(NamedTuple):
    """The answers that a value is made of: of one chain up to `last`, or `several`."""

    last: Node
    several: Several | None = None


class Answers:
    """The calls of one block, noted in the order of the text."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []

    def ask(self, op: Operation, asked: Flow | None, *, gives_many: bool) -> Flow:
        """Note a call and what it is asked with; what it gives."""
        node = Node(op)
        before = None if asked is None or asked.several else asked.last
        if before is not None and before is before.chain[-1]:
            node.chain, node.place = before.chain, before.place + 1
        node.chain.append(node)
        if asked is not None and asked.several is not None:
            # The longest list is handed on, so that none is copied again and again.
            lists = sorted(self._merged(asked.several), key=len)
            node.merged = lists.pop() if lists else []
            node.merged += [*chain.from_iterable(lists), op]
        self._nodes.append(node)
        return Flow(node, Several(()) if gives_many else None)

    def _merged(self, several: Several) -> Iterator[list[Operation]]:
        """The calls of all reductions whose results are put together, each taken in once."""
        pending = [several]
        while pending:
            found = pending.pop()
            parts, found.seen = () if found.seen else found.parts, True
            for part in parts:
                if part.several is not None:
                    pending.append(part.several)
                elif part.last.merged and not part.last.taken:
                    part.last.taken = True
                    yield part.last.merged

    def shapes(self) -> Iterator[Shape]:
        """The chains and reductions among the calls that were noted."""
        order = {node.op: at for at, node in enumerate(self._nodes)}
        for node in self._nodes:
            if node.place == 0 and len(node.chain) > 1:
                ops = tuple([link.op for link in node.chain])
                detail = "each asked with what the one before answered"
                yield Shape("chain", "straight", ops, Calls.of(ops), detail)
            if node.merged and not node.taken:
                merged = tuple(sorted(node.merged, key=order.__getitem__))
                detail = "answers to several other calls made one"
                yield Shape("reduce", "straight", merged, Calls.of(merged), detail)


def together(flows: Iterable[Flow | None]) -> Flow | None:
    """What a value is made of that is made of all of these."""
    found = list(dict.fromkeys(flow for flow in flows if flow is not None))
    if len(found) < 2:
        return found[0] if found else None
    last = max((flow.last for flow in found), key=lambda node: node.place)
    one_chain = all(flow.several is None and flow.last.chain is last.chain for flow in found)
    return Flow(last) if one_chain else Flow(found[-1].last, Several(found))
