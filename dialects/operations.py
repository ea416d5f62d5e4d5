"""What all operations of ours are: those of xDSL, made and asked faster.

Programs of thousands of calls are compiled while somebody waits, and much of that time
goes into making operations and asking which traits they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple, TypeGuard, TypeVar

from xdsl.dialects.builtin import UNKNOWN_LOC, FunctionType, SymbolRefAttr
from xdsl.ir import Attribute, Block, Operation, OpResult, Region, SSAValue, SSAValues, Use
from xdsl.irdl import IRDLOperation, OptionalDef, VariadicDef, irdl_op_definition
from xdsl.traits import OpTrait

T = TypeVar("T")
Operands = Sequence[SSAValue | Operation | Sequence[SSAValue | Operation] | None]
ResultTypes = Sequence[Attribute | Sequence[Attribute] | None]
Regions = Sequence[
    Region
    | Sequence[Operation]
    | Sequence[Block]
    | Sequence[Region | Sequence[Operation] | Sequence[Block]]
    | None
]


class DialectOperation(IRDLOperation):
    """An operation of one of our dialects."""

    def __init__(
        self,
        *,
        operands: Operands | None = None,
        result_types: ResultTypes | None = None,
        properties: Mapping[str, Attribute | None] | None = None,
        attributes: Mapping[str, Attribute | None] | None = None,
        successors: Sequence[Block | Sequence[Block] | None] | None = None,
        regions: Regions | None = None,
    ) -> None:
        parts = _parts(type(self))
        if parts is not None and not successors:
            values = _flat(operands or (), parts.operands, _is_value)
            types = _flat(result_types or (), parts.results, _is_attribute)
            bodies = _flat(regions or (), parts.regions, _is_region)
            if values is not None and types is not None and bodies is not None:
                self._made_of(values, types, _given(properties), _given(attributes), bodies)
                return
        # xDSL takes more forms, and says what is wrong with those that it does not take.
        super().__init__(
            operands=operands,
            result_types=result_types,
            properties=properties,
            attributes=attributes,
            successors=successors,
            regions=regions,
        )

    def _made_of(
        self,
        operands: Sequence[SSAValue],
        types: Sequence[Attribute],
        properties: dict[str, Attribute],
        attributes: dict[str, Attribute],
        regions: Sequence[Region],
    ) -> None:
        # As `Operation.__init__`, without copies and without what is so anyhow.
        if operands:
            self._operands = SSAValues(operands)
            self._operand_uses = tuple([Use(self, n) for n in range(len(operands))])
            for operand, use in zip(operands, self._operand_uses, strict=True):
                operand.add_use(use)
        self.results = SSAValues([OpResult(kind, self, n) for n, kind in enumerate(types)])
        self.properties, self.attributes = properties, attributes
        self.location = UNKNOWN_LOC
        for region in regions:
            self.add_region(region)
        self.__post_init__()

    def __post_init__(self) -> None:
        if _has_defaults(type(self)):
            super().__post_init__()
        else:
            Operation.__post_init__(self)

    @classmethod
    def has_trait(
        cls, trait: type[OpTrait] | OpTrait, *, value_if_unregistered: bool = True
    ) -> bool:
        return _has_trait(cls, trait)


OperationT = TypeVar("OperationT", bound=DialectOperation)


def op_definition(cls: type[OperationT]) -> type[OperationT]:
    """Define an operation, as `irdl_op_definition`, whose parts are found faster.

    xDSL looks up at each access how to find the operands, results and regions of a name.
    Here the usual ways are chosen once; the others are left to it.
    """
    defined = irdl_op_definition(cls)
    found = defined.get_irdl_definition()
    if not found.options:
        for kind, parts in (
            ("_operands", found.operands),
            ("results", found.results),
            ("regions", found.regions),
        ):
            _name_parts(defined, attrgetter(kind), parts)
    return defined


def _name_parts(
    cls: type[Operation],
    all_of: Callable[[Operation], tuple[object, ...]],
    parts: Sequence[tuple[str, object]],
) -> None:
    """Give a class properties for those of its parts that stand for one thing, or for all."""
    for index, (name, definition) in enumerate(parts):
        count = _count(definition)
        if count is _Count.ONE:
            setattr(cls, name, property(_one(all_of, index)))
            continue
        if count is _Count.ANY and len(parts) == 1:
            setattr(cls, name, property(all_of))
        # Where the others stand depends on how many there are.
        return


def _one(
    all_of: Callable[[Operation], tuple[object, ...]], index: int
) -> Callable[[Operation], object]:
    # Tuples of values have an access of their own, which takes twice as long.
    item = tuple[object, ...].__getitem__
    return lambda op: item(all_of(op), index)


@lru_cache(maxsize=1024)
def symbol_ref(name: str) -> SymbolRefAttr:
    """A reference to the symbol of that name: the same one again, as many operations have it."""
    return SymbolRefAttr(name)


@lru_cache(maxsize=1024)
def function_type(inputs: tuple[Attribute, ...], outputs: tuple[Attribute, ...]) -> FunctionType:
    """The type of functions that take and return these: the same one again."""
    return FunctionType.from_lists(inputs, outputs)


def walk(op: Operation, *, inside_first: bool = False) -> Iterator[Operation]:
    """`op` and all operations in it, each before what it holds, or behind it.

    As `op.walk(region_first=inside_first)`, in a third of the time; what has been yielded
    must stay where it is until the next one is asked for.
    """
    if not inside_first:
        yield op
    for region in op.regions:
        block = region.first_block
        while block is not None:
            inner = block.first_op
            while inner is not None:
                if inner.regions:
                    yield from walk(inner, inside_first=inside_first)
                else:
                    yield inner
                inner = inner.next_op
            block = block.next_block
    if inside_first:
        yield op


def has_any(op: Operation, *kinds: type[Operation]) -> bool:
    """Whether there is an operation of one of these classes in `op`."""
    return any(issubclass(kind, kinds) for kind in {type(found) for found in walk(op)})


class _Count(Enum):
    """How many values, or regions, one definition stands for."""

    ONE = "one"
    AT_MOST_ONE = "at most one"
    ANY = "any"


class _Parts(NamedTuple):
    """What an operation is made of, definition by definition."""

    operands: tuple[_Count, ...]
    results: tuple[_Count, ...]
    regions: tuple[_Count, ...]


@cache
def _parts(kind: type[IRDLOperation]) -> _Parts | None:
    """What the operations of a class are made of; None where their sizes are written down."""
    found = kind.get_irdl_definition()
    if found.options:
        return None
    return _Parts(
        *(
            tuple([_count(definition) for _, definition in definitions])
            for definitions in (found.operands, found.results, found.regions)
        )
    )


def _count(definition: object) -> _Count:
    if isinstance(definition, OptionalDef):
        return _Count.AT_MOST_ONE
    return _Count.ANY if isinstance(definition, VariadicDef) else _Count.ONE


def _flat(
    given: Sequence[object], counts: Sequence[_Count], fits: Callable[[object], TypeGuard[T]]
) -> Sequence[T] | None:
    """All that is given in a row; None if it is not of the usual forms."""
    if len(given) != len(counts):
        return None
    if not given:
        return ()
    found: list[T] = []
    for one, count in zip(given, counts, strict=True):
        if fits(one):
            found.append(one)
        elif one is None and count is _Count.AT_MOST_ONE:
            continue
        elif count is _Count.ANY and _is_sequence(one):
            for inner in one:
                if not fits(inner):
                    return None
                found.append(inner)
        else:
            return None
    return found


def _is_value(one: object) -> TypeGuard[SSAValue]:
    return _is_kind(type(one), SSAValue)


def _is_attribute(one: object) -> TypeGuard[Attribute]:
    return _is_kind(type(one), Attribute)


def _is_region(one: object) -> TypeGuard[Region]:
    return type(one) is Region


def _is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence)


def _given(attributes: Mapping[str, Attribute | None] | None) -> dict[str, Attribute]:
    """The attributes that there are."""
    return {name: one for name, one in (attributes or {}).items() if one is not None}


@cache
def _has_defaults(kind: type[IRDLOperation]) -> bool:
    """Whether some property or attribute of a class stands for itself if it is not given."""
    found = kind.get_irdl_definition()
    parts = (*found.properties.values(), *found.attributes.values())
    return any(part.default_value is not None for part in parts)


@cache
def _is_kind(found: type[object], kind: type[object]) -> bool:
    """As `issubclass`, which takes far longer where `kind` is an abstract class."""
    return issubclass(found, kind)


@cache
def _has_trait(kind: type[IRDLOperation], trait: type[OpTrait] | OpTrait) -> bool:
    return kind.get_trait(trait) is not None
