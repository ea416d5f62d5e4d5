"""What the key of a cached region is made of: all that its result can depend on.

The digest is that of a text of the region in which values are numbered in the order in
which they first stand there, so that neither their names nor what stands around the
region counts. A model is written as its provider and name, a tool as what describes it;
what only says when and at what price something runs is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from xdsl.dialects.builtin import ArrayAttr, ModuleOp, SymbolRefAttr
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.utils.hints import isa

from ember_mlir.dialects import llm, sched
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import LabelAttr, RefersTo, Utf8Attr, is_greedy
from ember_mlir.passes.analysis.labels import infer_labels

PLANNING = frozenset({"priority", "estimate", "resources"})
"""The properties that decide no result."""

DIGEST_BYTES = 16


class CacheKey(NamedTuple):
    """What a lookup says of its key beside who may share it."""

    digest: str
    sampled: bool
    label: LabelAttr


CacheKeys = Mapping[sched.CachedOp, CacheKey]


def cache_keys(module: ModuleOp) -> CacheKeys:
    """The key of each cached region of a module at the level `sched`."""
    cached = [op for op in walk(module, inside_first=True) if isinstance(op, sched.CachedOp)]
    if not cached:
        return {}
    inferred = infer_labels(module)
    labels = {asking.op: inferred.of_request(asking) for asking in inferred.requests}
    symbols = definitions(module)
    known: dict[Operation, RegionText] = {}
    for op in cached:
        known[op] = RegionText(op, symbols, known)
    return {
        op: CacheKey(known[op].digest, known[op].sampled, LabelAttr(labels[op])) for op in cached
    }


def definitions(module: ModuleOp) -> Mapping[str, str]:
    """What counts of a model, a lane or a tool, by its symbol."""
    found: dict[str, str] = {}
    for op in module.ops:
        if isinstance(op, llm.ModelOp):
            found[op.sym_name.data] = f"{op.provider} {Utf8Attr(op.model_name)}"
        elif isinstance(op, llm.ToolOp):
            found[op.sym_name.data] = f"{Utf8Attr(op.tool_name)} {op.description} {op.parameters}"
    for op in module.ops:
        if isinstance(op, sched.LaneOp):
            found[op.sym_name.data] = found[op.model.string_value()]
    return found


class RegionText:
    """The text of a cached region: its digest, what it reads, and whether it draws."""

    def __init__(
        self,
        op: sched.CachedOp,
        symbols: Mapping[str, str],
        known: Mapping[Operation, RegionText],
    ) -> None:
        self.captures: list[SSAValue] = []
        self.sampled = False
        self._symbols = symbols
        self._known = known
        self._numbers: dict[SSAValue, int] = {}
        self._hash = blake2b(digest_size=DIGEST_BYTES)
        self._regions(op)
        self.digest = self._hash.hexdigest()

    def _regions(self, op: Operation) -> None:
        for region in op.regions:
            self._write(f"{{{self._defined(region.block.args)}")
            for inner in region.block.ops:
                self._operation(inner)
            self._write("}")

    def _operation(self, op: Operation) -> None:
        inner = self._known.get(op)
        read = op.operands if inner is None else inner.captures
        name = op.name if inner is None else f"{op.name} {inner.digest}"
        self.sampled |= isinstance(op, sched.RequestOp) and not is_greedy(op)
        operands, properties = self._read(read), self._properties(op)
        self._write(f"{name}({operands}) {properties} -> {self._defined(op.results)}")
        if inner is None:
            self._regions(op)
        else:
            self.sampled |= inner.sampled

    def _read(self, values: Sequence[SSAValue]) -> str:
        self.captures += [value for value in dict.fromkeys(values) if value not in self._numbers]
        return self._defined(values)

    def _defined(self, values: Sequence[SSAValue]) -> str:
        numbers = self._numbers
        return ", ".join(
            [f"%{numbers.setdefault(value, len(numbers))}: {value.type}" for value in values]
        )

    def _properties(self, op: Operation) -> str:
        found = {**op.attributes, **op.properties}
        references = {use.prop for use in op.get_traits_of_type(RefersTo)}
        texts = [
            f"{name} = {self._referred(found[name]) if name in references else found[name]}"
            for name in sorted(found)
            if name not in PLANNING
        ]
        return f"{{{', '.join(texts)}}}"

    def _referred(self, found: Attribute) -> str:
        if isinstance(found, SymbolRefAttr):
            return self._symbols[found.string_value()]
        assert isa(found, ArrayAttr[SymbolRefAttr])
        return f"[{', '.join([self._referred(symbol) for symbol in found])}]"

    def _write(self, line: str) -> None:
        self._hash.update(f"{line}\n".encode())
