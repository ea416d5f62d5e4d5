"""What all levels can say of an operation: that it repeats, refers, asks or draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from xdsl.ir import Operation
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import (
    EffectInstance,
    HasCanonicalizationPatternsTrait,
    MemoryEffect,
    MemoryEffectKind,
    OpTrait,
)

from ember_mlir.dialects.values.attributes import DecimalAttr


class RepeatsRegion(OpTrait):
    """The region of the operation runs once for each of several indices.

    A request inside has one index of its draw for each such region around it.
    """


@dataclass(frozen=True)
class RefersTo(OpTrait):
    """A property names one symbol of the module or several, defined by operations of one kind.

    Every symbol is looked up in one table per module, so that checking all of them
    takes linear time. An operation may have several such traits.
    """

    prop: str
    kind: str


class Canonicalizes(HasCanonicalizationPatternsTrait):
    """The operation has a simpler form in some cases.

    Its patterns stand in `passes/canonicalize/<dialect>.py`, in the table `PATTERNS`, and
    are loaded when they are first needed.
    """

    def verify(self, op: Operation) -> None:
        return

    def get_patterns(self, op: type[Operation]) -> tuple[RewritePattern, ...]:
        patterns = import_module(f"ember_mlir.passes.canonicalize.{op.dialect_name()}")
        found: tuple[RewritePattern, ...] = patterns.PATTERNS[op.name]
        return found


class AsksModel(MemoryEffect):
    """The operation sends a request whose answer depends on the request alone.

    That is no effect: equal requests are one value, and one that nobody reads may go.
    But it is not speculatable, as asking costs money and discloses text.
    """

    @classmethod
    def get_effects(cls, op: Operation) -> set[EffectInstance]:
        return set()


class DrawsFromTape(AsksModel):
    """The operation sends a request whose answer is a draw, unless it is greedy.

    A greedy or numbered call is a function of its request and its draw. A sampled call
    without a draw is fresh: it may be erased, but is never merged or moved.
    """

    @classmethod
    def get_effects(cls, op: Operation) -> set[EffectInstance]:
        if "draw" in op.properties or is_greedy(op):
            return set()
        return {EffectInstance(MemoryEffectKind.ALLOC, op.results[0])}


def is_greedy(op: Operation) -> bool:
    """Whether a request draws nothing: its temperature is 0, or nothing is random in it."""
    temperature = op.properties.get("temperature")
    if isinstance(temperature, DecimalAttr):
        return temperature.data == 0
    return op.has_trait(AsksModel) and not op.has_trait(DrawsFromTape)


def has_no_effect(op: Operation) -> bool:
    """Whether an operation is known to do nothing but give its results.

    As `get_effects(op) == set()`, which looks for the traits of each operation anew.
    """
    traits = _effects_of(type(op))
    return bool(traits) and not any(trait.get_effects(op) != set() for trait in traits)


@cache
def _effects_of(kind: type[Operation]) -> Sequence[MemoryEffect]:
    return kind.get_traits_of_type(MemoryEffect)


_LOOPS = frozenset({"scf.for", "scf.while"})
"""The builtin loops, by name: a program without them need not import their dialect."""


def repeats(op: Operation) -> bool:
    """Whether the regions of `op` run once for each of several indices."""
    return _repeats(type(op))


@cache
def _repeats(kind: type[Operation]) -> bool:
    return kind.has_trait(RepeatsRegion) or kind.name in _LOOPS


def repetitions_around(op: Operation) -> int:
    """How many regions around `op` repeat."""
    return sum(repeats(parent) for parent in ancestors(op))


def ancestors(op: Operation) -> Iterator[Operation]:
    """The operations around `op`, innermost first."""
    parent = op.parent_op()
    while parent is not None:
        yield parent
        parent = parent.parent_op()
