"""What the definition of an operation says of its parts, as tables for the reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xdsl.dialects.builtin import (
    ArrayOfConstraint,
    DictionaryAttr,
    FloatAttr,
    FunctionType,
    IntegerAttr,
    StringAttr,
    SymbolNameConstraint,
    SymbolRefAttr,
    UnitAttr,
)
from xdsl.ir import Attribute, TypeAttribute
from xdsl.irdl import (
    AnyAttr,
    AnyOf,
    AttrConstraint,
    BaseAttr,
    EqAttrConstraint,
    MessageConstraint,
    OpDef,
    OptionalDef,
    ParamAttrConstraint,
    RangeConstraint,
    RangeLengthConstraint,
    RangeOf,
    VarConstraint,
    VariadicDef,
)

_KNOWN: dict[type[Attribute], str] = {
    DictionaryAttr: "attributes",
    FunctionType: "a type of functions",
    FloatAttr: "a real number",
    IntegerAttr: "a whole number",
    StringAttr: "a word",
    SymbolRefAttr: "a symbol",
    UnitAttr: "a flag",
}
"""Builtin attributes, as a reader who does not know MLIR would call them."""


def part_rows(definition: OpDef) -> Iterator[tuple[str, str, str]]:
    """The parts of an operation: what each is, its name, and its type in Markdown."""
    for name, operand in definition.operands:
        yield "operand", name, _counted(operand, _range(operand.constr))
    for name, found in definition.properties.items():
        # How many operands each variadic one takes follows from the text.
        if not name.endswith("SegmentSizes"):
            yield "property", name, _counted(found, shown(found.constr))
    for name, region in definition.regions:
        yield "region", name, "any number" if isinstance(region, VariadicDef) else "one"
    for name, result in definition.results:
        yield "result", name, _counted(result, _range(result.constr))


def _counted(part: object, what: str) -> str:
    if isinstance(part, OptionalDef):
        return what if what == _KNOWN[UnitAttr] else f"{what}, optional"
    return f"{what}, any number" if isinstance(part, VariadicDef) else what


def _range(constraint: RangeConstraint) -> str:
    match constraint:
        case RangeLengthConstraint():
            return _range(constraint.constraint)
        case RangeOf():
            return shown(constraint.constr)
        case _:
            return "of any type"


def shown(constraint: AttrConstraint) -> str:
    """What a constraint accepts, in Markdown.

    >>> shown(BaseAttr(UnitAttr))
    'a flag'
    """
    match constraint:
        case MessageConstraint():
            return shown(constraint.constr)
        case VarConstraint(constraint=AnyAttr()):
            return f"`{constraint.name}`"
        case VarConstraint():
            return f"{shown(constraint.constraint)} (the same each time)"
        case EqAttrConstraint():
            return f"`{constraint.attr}`"
        case BaseAttr():
            return _of_class(constraint.attr)
        case AnyOf():
            return " or ".join(map(shown, constraint.attr_constrs))
        case ArrayOfConstraint():
            return f"a list of {_several(_range(constraint.elem_range_constraint))}"
        case SymbolNameConstraint():
            return "the symbol"
        case ParamAttrConstraint():
            return _of_parameters(constraint.base_attr, constraint.param_constrs)
        case _:
            return "of any type"


def _several(what: str) -> str:
    return f"{what.removeprefix('a ')}s" if what.startswith("a ") else what


def _of_parameters(found: type[Attribute], parameters: Iterable[AttrConstraint]) -> str:
    whole = _of_class(found)
    inner = [shown(parameter).strip("`") for parameter in parameters]
    return f"{whole[:-1]}<{', '.join(inner)}>`" if issubclass(found, TypeAttribute) else whole


def _of_class(found: type[Attribute]) -> str:
    known = next((text for kind, text in _KNOWN.items() if issubclass(found, kind)), None)
    if known is not None:
        return known
    return f"`{'!' if issubclass(found, TypeAttribute) else '#'}{found.name}`"


def table(rows: Iterable[tuple[str, str, str]]) -> str:
    """The rows as a table in Markdown; nothing if there are none."""
    lines = [f"| {kind} | `{name}` | {what} |" for kind, name, what in rows]
    return "\n".join(["| part | name | what it is |", "|---|---|---|", *lines]) if lines else ""
