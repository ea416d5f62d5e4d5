"""Verification beyond xDSL's: dominance, symbols and frames, with source locations.

Every check is linear in the size of the module.
"""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr
from xdsl.ir import Block, Operation, Region, SSAValue
from xdsl.traits import IsolatedFromAbove, NoTerminator, SymbolOpInterface
from xdsl.utils.exceptions import VerifyException

from ember_mlir.dialects.exec.nesting import verify_frames
from ember_mlir.dialects.locations import invalid
from ember_mlir.dialects.values import RefersTo


def verify_module(module: ModuleOp) -> None:
    """Check all that must hold of a module at any level.

    Raises `InvalidIRError` with the location of the first operation that breaks a rule.
    """
    symbols = _symbols(module)
    # Uses come before all else: xDSL would blame the region around a wrong one.
    _verify_dominance(module.body, set())
    for op in module.walk():
        _verify_op(op)
        _verify_references(op, symbols)
    verify_frames(module)


def _verify_op(op: Operation) -> None:
    for region in op.regions:
        if len(region.blocks) > 1:
            raise invalid(op, "must have regions of one block, but got several")
        for block in region.blocks:
            _verify_block(op, block)
    try:
        op.verify(verify_nested_ops=False)
    except VerifyException as error:
        raise invalid(op, str(error)) from error


def _verify_block(op: Operation, block: Block) -> None:
    if block.last_op is None and not op.has_trait(NoTerminator):
        raise invalid(op, "must end its region with a terminator, but the region is empty")


def _symbols(module: ModuleOp) -> dict[str, Operation]:
    symbols: dict[str, Operation] = {}
    for op in module.ops:
        if not op.has_trait(SymbolOpInterface):
            continue
        name = op.properties.get("sym_name")
        if not isinstance(name, StringAttr):
            continue
        if name.data in symbols:
            raise invalid(op, f"must have a name of its own, but @{name.data} is taken")
        symbols[name.data] = op
    return symbols


def _verify_references(op: Operation, symbols: dict[str, Operation]) -> None:
    for use in op.get_traits_of_type(RefersTo):
        reference = op.properties.get(use.prop)
        if not isinstance(reference, SymbolRefAttr):
            continue
        name = reference.string_value()
        target = symbols.get(name)
        if target is None or target.name != use.kind:
            got = "nothing has this name" if target is None else f"it is a '{target.name}'"
            known = [s for s, other in symbols.items() if other.name == use.kind]
            shown = ", ".join(f"@{symbol}" for symbol in known) or "none"
            raise invalid(op, f"must name a '{use.kind}' by @{name}, but {got}; there is {shown}")


def _verify_dominance(region: Region, visible: set[SSAValue]) -> None:
    own: list[SSAValue] = []
    for block in region.blocks:
        own.extend(block.args)
        visible.update(block.args)
        for op in block.ops:
            _verify_operands(op, visible)
            for inner in op.regions:
                isolated = op.has_trait(IsolatedFromAbove)
                _verify_dominance(inner, set() if isolated else visible)
            own.extend(op.results)
            visible.update(op.results)
    visible.difference_update(own)


def _verify_operands(op: Operation, visible: set[SSAValue]) -> None:
    for index, operand in enumerate(op.operands):
        if operand not in visible:
            name = f"%{operand.name_hint}" if operand.name_hint else f"operand {index}"
            raise invalid(
                op, f"must use values that are defined before it, but {name} is not; move it up"
            )
