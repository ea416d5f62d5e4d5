"""Verification beyond xDSL's: dominance, symbols and frames, with source locations.

Every check is linear in the size of the module.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, ModuleOp, StringAttr, SymbolRefAttr
from xdsl.ir import Attribute, Block, Operation, Region
from xdsl.traits import IsolatedFromAbove, IsTerminator, NoTerminator, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException
from xdsl.utils.hints import isa

from ember_mlir.dialects.exec.nesting import verify_frames
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.names import KNOWN
from ember_mlir.dialects.operations import walk
from ember_mlir.dialects.values import RefersTo
from ember_mlir.dialects.wording import sentence
from ember_mlir.errors import EmberError, InvalidIRError
from ember_mlir.limits import on_any_stack
from ember_mlir.passes.analysis.branches import verify_branches
from ember_mlir.passes.analysis.definitions import Definitions

_VISIBILITIES = ("public", "private", "nested")


def verify_module(module: ModuleOp) -> None:
    """Check all that must hold of a module at any level.

    Raises `InvalidIRError` with the location of the first operation that breaks a rule.
    """
    on_any_stack(lambda: _verify(module))


def _verify(module: ModuleOp) -> None:
    _verify_blocks(module)
    symbols = _symbols(module)
    # Uses come before all else: xDSL would blame the region around a wrong one.
    _verify_dominance(module.body, set())
    definitions = Definitions()
    for op in walk(module):
        if op is not module and _is_symbol(type(op)):
            _verify_symbol(op, module)
        _verify_names(op)
        _verify_op(op, definitions)
        _verify_references(op, symbols)
    verify_frames(module)


@cache
def _is_symbol(kind: type[Operation]) -> bool:
    return kind.has_trait(SymbolOpInterface)


def _verify_symbol(op: Operation, module: ModuleOp) -> None:
    if isinstance(op, ModuleOp):
        raise invalid(op, "must not stand in another module; move what it holds out of it")
    if op.parent_op() is not module:
        raise invalid(op, "must stand in the module itself, not in another operation")


def _verify_names(op: Operation) -> None:
    """Refuse attributes that are almost ours: a label that is misspelt labels nothing."""
    names = [*op.attributes]
    for prop in ("arg_attrs", "res_attrs"):
        found = op.properties.get(prop)
        # `isa` costs more than all else here, and few operations have such a property.
        if found is not None and isa(found, ArrayAttr[DictionaryAttr]):
            names += [name for attributes in found for name in attributes.data]
    for name in names:
        if name.startswith("ember.") and name not in KNOWN:
            listed = ", ".join(sorted(KNOWN))
            raise invalid(op, f"must have no 'ember.' attribute but {listed}, but got '{name}'")


def _verify_op(op: Operation, definitions: Definitions) -> None:
    _verify_blocks(op)
    verify_branches(op)
    try:
        # Not `op.verify`, which adds a text of the whole module to its error.
        definitions.verify(op)
    except VerifyException as error:
        said = sentence(str(error)).removeprefix(f"'{op.name}' ")
        raise invalid(op, said) from error
    except (EmberError, RecursionError, MemoryError):
        raise
    except Exception as error:
        # A verifier of another dialect may trip over what it reads.
        reason = f"{type(error).__name__} {' '.join(str(error).split())}".rstrip()
        raise invalid(
            op, f"must hold what its verifier can read, but does not ({reason})"
        ) from error


def _verify_blocks(op: Operation) -> None:
    for region in op.regions:
        if region.first_block is not region.last_block:
            raise invalid(op, "must have regions of one block, but got several")
        if region.first_block is not None:
            _verify_block(op, region.first_block)


def _verify_block(op: Operation, block: Block) -> None:
    if op.has_trait(NoTerminator):
        return
    if block.last_op is None:
        raise invalid(op, "must end its region with a terminator, but the region is empty")
    if not block.last_op.has_trait(IsTerminator):
        got = block.last_op.name
        raise invalid(op, f"must end its region with a terminator, but ends it with '{got}'")


def _symbols(module: ModuleOp) -> dict[str, Operation]:
    symbols: dict[str, Operation] = {}
    for op in module.ops:
        if not op.has_trait(SymbolOpInterface):
            continue
        name = op.properties.get("sym_name")
        if not isinstance(name, StringAttr):
            continue
        visibility = op.properties.get("sym_visibility")
        if isinstance(visibility, StringAttr) and visibility.data not in _VISIBILITIES:
            got = f"'{visibility.data}'"
            raise invalid(op, f"must be one of {', '.join(_VISIBILITIES)}, but got {got}")
        if name.data in symbols:
            raise invalid(op, f"must have a name of its own, but @{name.data} is taken")
        symbols[name.data] = op
    return symbols


@cache
def references_of(kind: type[Operation]) -> Sequence[RefersTo]:
    """Which properties of a class of operations name symbols."""
    return kind.get_traits_of_type(RefersTo)


def _verify_references(op: Operation, symbols: dict[str, Operation]) -> None:
    for use in references_of(type(op)):
        found = op.properties.get(use.prop)
        if isinstance(found, SymbolRefAttr):
            _verify_reference(op, found.string_value(), use.kind, symbols)
        elif found is not None and isa(found, ArrayAttr[Attribute]):
            for reference in found:
                if isinstance(reference, SymbolRefAttr):
                    _verify_reference(op, reference.string_value(), use.kind, symbols)


def _verify_reference(op: Operation, name: str, kind: str, symbols: dict[str, Operation]) -> None:
    target = symbols.get(name)
    if target is None or target.name != kind:
        got = "nothing has this name" if target is None else f"it is a '{target.name}'"
        known = [symbol for symbol, other in symbols.items() if other.name == kind]
        shown = ", ".join(f"@{symbol}" for symbol in known) or "none"
        raise invalid(op, f"must name a '{kind}' by @{name}, but {got}; there is {shown}")


def _verify_dominance(region: Region, visible: set[int]) -> None:
    """Check that each value is used behind where it is made; `visible` are those around, by id."""
    own: list[int] = []
    for block in region.blocks:
        own += map(id, block.args)
        visible.update(own)
        for op in block.ops:
            if not visible.issuperset(map(id, op.operands)):
                raise _undefined(op, visible)
            for inner in op.regions:
                isolated = op.has_trait(IsolatedFromAbove)
                _verify_dominance(inner, set() if isolated else visible)
            results = [*map(id, op.results)]
            own += results
            visible.update(results)
    visible.difference_update(own)


def _undefined(op: Operation, visible: set[int]) -> InvalidIRError:
    """The error for the first operand of `op` that is not defined before it."""
    index, operand = next(
        (index, operand) for index, operand in enumerate(op.operands) if id(operand) not in visible
    )
    name = f"%{operand.name_hint}" if operand.name_hint else f"operand {index}"
    return invalid(op, f"must use values that are defined before it, but {name} is not; move it up")
