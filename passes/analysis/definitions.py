"""Checking operations against their definitions, each kind of thing in them only once.

xDSL looks at the whole definition of each operation, and checks the type of each value and
each property anew. Here what a definition asks for is worked out once per class, and what has
been found right is not checked again. What is not found right is given to xDSL,
which has the last word and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache

from xdsl.ir import Attribute, Operation
from xdsl.irdl import (
    AnyAttr,
    AttrConstraint,
    BaseAttr,
    IntConstraint,
    IntVarConstraint,
    IRDLOperation,
    OpDef,
    OptionalDef,
    OptPropertyDef,
    RangeConstraint,
    RangeLengthConstraint,
    RangeOf,
    RangeVarConstraint,
    VarConstraint,
    VariadicDef,
    VerificationContext,
)
from xdsl.traits import OpTrait
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.operations import DialectOperation, own_check


class Definitions:
    """Checks the operations of one module, which must not change meanwhile."""

    def __init__(self) -> None:
        # By identity: the module keeps alive what was looked at.
        self._known: set[tuple[int, int]] = set()
        self._context = VerificationContext()

    def verify(self, op: Operation) -> None:
        """Check all that the definition of `op` says; raises what `op.verify_` raises."""
        kind = type(op)
        rules = _rules(kind, kind.verify_)
        if rules is None or not self._accepts(op, rules):
            op.verify_()
            return
        for trait in rules.traits:
            trait.verify(op)
        rules.own(op)

    def _accepts(self, op: Operation, rules: _Rules) -> bool:
        """Whether the parts of `op` are surely as its definition says."""
        if len(op.regions) != rules.regions or op.successors:
            return False
        try:
            return (
                self._are(op.operand_types, rules.operands)
                and self._are(op.result_types, rules.results)
                and self._have(op.properties, rules)
            )
        except VerifyException:
            return False

    def _are(self, types: Sequence[Attribute], rules: _Values) -> bool:
        count = len(types) - len(rules.constraints)
        if count and (rules.variadic is None or not rules.least <= count <= rules.most):
            return False
        for index, constraint in enumerate(rules.spread(count)):
            if constraint is not None:
                self._check(constraint, types[index])
        return True

    def _have(self, properties: Mapping[str, Attribute], rules: _Rules) -> bool:
        if not rules.needed <= properties.keys():
            return False
        for name, attribute in properties.items():
            if name not in rules.properties:
                return False
            constraint = rules.properties[name]
            if constraint is not None:
                self._check(constraint, attribute)
        return True

    def _check(self, constraint: AttrConstraint, attribute: Attribute) -> None:
        if type(constraint) is BaseAttr and type(attribute) is constraint.attr:
            return
        key = id(constraint), id(attribute)
        if key not in self._known:
            constraint.verify(attribute, self._context)
            self._known.add(key)


@dataclass(frozen=True)
class _Values:
    """What operands or results must be: one constraint each, None for any type.

    The one at `variadic` may stand for several, `least` to `most` more than one.
    """

    constraints: tuple[AttrConstraint | None, ...]
    variadic: int | None
    least: int
    most: float

    def spread(self, more: int) -> Sequence[AttrConstraint | None]:
        """The constraint of each value, where there are so many more than constraints."""
        if not more:
            return self.constraints
        assert self.variadic is not None
        at = self.variadic
        one = self.constraints[at : at + 1]
        return (*self.constraints[:at], *one * (1 + more), *self.constraints[at + 1 :])


@dataclass(frozen=True)
class _Rules:
    """What the definition of a class of operations says."""

    operands: _Values
    results: _Values
    regions: int
    properties: Mapping[str, AttrConstraint | None]
    needed: frozenset[str]
    traits: tuple[OpTrait, ...]
    own: Callable[[Operation], None]


@cache
def _rules(kind: type[Operation], verify: Callable[..., None]) -> _Rules | None:
    """The rules for operations of a class; None where they say more than can be told here.

    `verify` is what checks those operations, if nothing is told here.
    """
    made_by_xdsl = verify.__module__ == IRDLOperation.__module__
    if not issubclass(kind, DialectOperation) or not made_by_xdsl:
        return None
    found = kind.get_irdl_definition()
    operands = _values([(one, one.constr) for _, one in found.operands])
    results = _values([(one, one.constr) for _, one in found.results])
    if operands is None or results is None or not _is_plain(found):
        return None
    return _Rules(
        operands,
        results,
        len(found.regions),
        {name: _unless_any(one.constr) for name, one in found.properties.items()},
        frozenset(
            [name for name, one in found.properties.items() if not isinstance(one, OptPropertyDef)]
        ),
        tuple([one for one in found.traits if type(one).verify is not OpTrait.verify]),
        own_check(kind),
    )


def _is_plain(found: OpDef) -> bool:
    """Whether a definition has nothing but values, properties and any regions of one block."""
    regions = [one for _, one in found.regions]
    if found.options or found.attributes or found.successors:
        return False
    if any(_has_variables(one.constr) for one in found.properties.values()):
        return False
    return not any(
        isinstance(one, VariadicDef) or one.entry_args != RangeOf(AnyAttr()) for one in regions
    )


def _values(definitions: Sequence[tuple[object, RangeConstraint]]) -> _Values | None:
    constraints: list[AttrConstraint | None] = []
    variadic: list[int] = []
    for index, (definition, constraint) in enumerate(definitions):
        if isinstance(definition, VariadicDef):
            variadic.append(index)
        elif isinstance(constraint, RangeLengthConstraint):
            # A single one has the length of one, which is counted here.
            constraint = constraint.constraint
        if not isinstance(constraint, RangeOf) or _has_variables(constraint):
            return None
        constraints.append(_unless_any(constraint.constr))
    if len(variadic) > 1:
        return None
    if not variadic:
        return _Values(tuple(constraints), None, 0, 0)
    is_optional = isinstance(definitions[variadic[0]][0], OptionalDef)
    return _Values(tuple(constraints), variadic[0], -1, 0 if is_optional else float("inf"))


def _has_variables(constraint: object) -> bool:
    """Whether a constraint makes sure that several attributes are the same."""
    if isinstance(constraint, VarConstraint | RangeVarConstraint | IntVarConstraint):
        return True
    if isinstance(constraint, AttrConstraint | RangeConstraint | IntConstraint):
        assert is_dataclass(constraint)
        return any(_has_variables(getattr(constraint, one.name)) for one in fields(constraint))
    return isinstance(constraint, tuple | list | set | frozenset) and any(
        map(_has_variables, constraint)
    )


def _unless_any(constraint: AttrConstraint) -> AttrConstraint | None:
    return None if isinstance(constraint, AnyAttr) else constraint
