"""Checking operations against their definitions, each kind of thing in them only once.

xDSL looks at the whole definition of each operation, and checks the type of each value and
each property anew. Here what a definition asks for is worked out once per class, and what has
been found right is not checked again. What is not found right is given to xDSL,
which has the last word and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from inspect import getclosurevars
from math import inf
from types import FunctionType
from typing import NamedTuple, TypeGuard

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
    RangeConstraint,
    RangeLengthConstraint,
    RangeOf,
    RangeVarConstraint,
    VarConstraint,
    VariadicDef,
    VerificationContext,
)
from xdsl.traits import IsolatedFromAbove, OpTrait
from xdsl.utils.exceptions import VerifyException


class Definitions:
    """Checks the operations of one module, which must not change meanwhile.

    That values are defined before they are used, and where they may be, is checked before.
    """

    def __init__(self) -> None:
        # By identity: the module keeps alive what was looked at.
        self._known: set[tuple[int, int]] = set()
        self._known_types: set[tuple[int, ...]] = set()
        self._context = VerificationContext()
        self._rules: dict[type[Operation], _Rules | None] = {}

    def verify(self, op: Operation) -> None:
        """Check all that the definition of `op` says; raises what `op.verify_` raises."""
        kind = type(op)
        if kind not in self._rules:
            self._rules[kind] = _rules(kind, kind.verify_)
        rules = self._rules[kind]
        if rules is None or not self._accepts(op, rules):
            op.verify_()
            return
        for trait in rules.traits:
            trait.verify(op)
        rules.own(op)

    def _accepts(self, op: Operation, rules: _Rules) -> bool:
        """Whether the parts of `op` are surely as its definition says."""
        regions = op.regions
        if len(regions) != rules.regions or op.successors:
            return False
        for region in regions:
            if region.first_block is None:
                return False
        if rules.has_variables:
            # What two parts have to have in common, they have in one operation.
            self._context = VerificationContext()
        try:
            return self._fit(op, rules) and self._have(op.properties, rules)
        except VerifyException:
            return False

    def _fit(self, op: Operation, rules: _Rules) -> bool:
        """Whether the operands and results of `op` are of the types that they must have."""
        operands, results = [*op.operands], op.results
        types = [id(value.type) for value in (*operands, *results)]
        key = id(rules), len(operands), *types
        if key in self._known_types:
            return True
        fit = self._are(op.operand_types, rules.operands) and self._are(
            op.result_types, rules.results
        )
        if fit and not rules.ties_properties:
            self._known_types.add(key)
        return fit

    def _are(self, types: Sequence[Attribute], values: _Values) -> bool:
        more = len(types) - len(values.rules)
        if more and not values.least <= more <= values.most:
            return False
        for rule, found in zip(values.spread(more), types, strict=True):
            if rule is not None and type(found) is not rule.kind:
                self._check(rule, found)
        return True

    def _have(self, properties: Mapping[str, Attribute], rules: _Rules) -> bool:
        if not rules.needed <= properties.keys():
            return False
        for name, attribute in properties.items():
            if name not in rules.properties:
                return False
            rule = rules.properties[name]
            if rule is not None and type(attribute) is not rule.kind:
                self._check(rule, attribute)
        return True

    def _check(self, rule: _Rule, attribute: Attribute) -> None:
        key = id(rule.constraint), id(attribute)
        if key not in self._known:
            rule.constraint.verify(attribute, self._context)
            if not rule.has_variables:
                self._known.add(key)


class _Rule(NamedTuple):
    """What an attribute must be; all of the class `kind` are."""

    constraint: AttrConstraint
    kind: type[Attribute] | None
    has_variables: bool


class _Values(NamedTuple):
    """What operands or results must be: one rule each, None for any type.

    The one at `variadic` may stand for several, `least` to `most` more than one.
    """

    rules: tuple[_Rule | None, ...]
    variadic: int = 0
    least: float = 0
    most: float = 0

    def spread(self, more: int) -> Sequence[_Rule | None]:
        """The rule of each value, where there are so many more than rules."""
        if not more:
            return self.rules
        at = self.variadic
        return (*self.rules[:at], *self.rules[at : at + 1] * (1 + more), *self.rules[at + 1 :])


class _Rules(NamedTuple):
    """What the definition of a class of operations says.

    Where it `has_variables`, parts have to have something in common; where it also
    `ties_properties`, some of them may be properties, which are not like the types of others.
    """

    operands: _Values
    results: _Values
    regions: int
    properties: Mapping[str, _Rule | None]
    needed: frozenset[str]
    has_variables: bool
    ties_properties: bool
    traits: tuple[OpTrait, ...]
    own: Callable[[Operation], None]


@cache
def _rules(kind: type[Operation], verify: Callable[..., None]) -> _Rules | None:
    """The rules for operations of a class; None where they say more than can be told here.

    `verify` is what checks those operations, if nothing is told here.
    """
    own = _own_check(verify)
    if own is None or not issubclass(kind, IRDLOperation):
        return None
    found = kind.get_irdl_definition()
    operands = _values([(one, one.constr) for _, one in found.operands])
    results = _values([(one, one.constr) for _, one in found.results])
    if operands is None or results is None or not _is_plain(found):
        return None
    properties = {name: _rule(one.constr) for name, one in found.properties.items()}
    needed = [name for name, one in found.properties.items() if not isinstance(one, OptionalDef)]
    ties_properties = _any_variables(properties.values())
    return _Rules(
        operands,
        results,
        len(found.regions),
        properties,
        frozenset(needed),
        ties_properties or _any_variables((*operands.rules, *results.rules)),
        ties_properties,
        tuple([one for one in found.traits if _is_checked(one)]),
        own,
    )


def _any_variables(rules: Iterable[_Rule | None]) -> bool:
    return any(rule is not None and rule.has_variables for rule in rules)


def _own_check(verify: Callable[..., None]) -> Callable[[Operation], None] | None:
    """What a class checks beyond its definition, as xDSL calls it behind that; else None."""
    if not isinstance(verify, FunctionType) or verify.__module__ != IRDLOperation.__module__:
        return None
    own: object = getclosurevars(verify).nonlocals.get("custom_verify")
    return own if isinstance(own, FunctionType) else None


def _is_checked(trait: OpTrait) -> bool:
    """Whether a trait asks for something that is not checked before."""
    return type(trait).verify is not OpTrait.verify and not isinstance(trait, IsolatedFromAbove)


def _is_plain(found: OpDef) -> bool:
    """Whether a definition has nothing but values, properties and regions of one block."""
    regions = [one for _, one in found.regions]
    return not (found.options or found.attributes or found.successors) and not any(
        isinstance(one, VariadicDef) or one.entry_args != RangeOf(AnyAttr()) for one in regions
    )


def _values(definitions: Sequence[tuple[object, RangeConstraint]]) -> _Values | None:
    rules: list[_Rule | None] = []
    variadic: list[int] = []
    for index, (definition, constraint) in enumerate(definitions):
        if isinstance(definition, VariadicDef):
            variadic.append(index)
        elif isinstance(constraint, RangeLengthConstraint):
            # A single one has the length of one, which is counted here.
            constraint = constraint.constraint
        if not isinstance(constraint, RangeOf):
            return None
        rules.append(_rule(constraint.constr))
    if len(variadic) > 1:
        return None
    if not variadic:
        return _Values(tuple(rules))
    is_optional = isinstance(definitions[variadic[0]][0], OptionalDef)
    return _Values(tuple(rules), variadic[0], -1, 0 if is_optional else inf)


def _rule(constraint: AttrConstraint) -> _Rule | None:
    """The rule that a constraint is; None if it takes any attribute."""
    if isinstance(constraint, AnyAttr):
        return None
    kind = constraint.attr if type(constraint) is BaseAttr else None
    return _Rule(constraint, kind, _has_variables(constraint))


def _has_variables(constraint: object) -> bool:
    """Whether a constraint makes sure that several attributes are the same."""
    if isinstance(constraint, VarConstraint | RangeVarConstraint | IntVarConstraint):
        return True
    parts: Iterable[object] = ()
    if isinstance(constraint, AttrConstraint | RangeConstraint | IntConstraint):
        parts = vars(constraint).values()
    elif _is_collection(constraint):
        parts = constraint
    return any(map(_has_variables, parts))


def _is_collection(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, tuple | list | set | frozenset)
