"""Whether two values that captured code has are certainly one."""

from __future__ import annotations

from collections.abc import Sequence

from ember_mlir.frontend.narrowing import is_any_dict, is_exact_tuple
from ember_mlir.frontend.plain import ATOMS
from ember_mlir.frontend.values import Symbolic, known_or_symbolic


def is_same(first: object, second: object) -> bool:
    """Whether two values are certainly one."""
    if first is second:
        return True
    if isinstance(first, Symbolic) or isinstance(second, Symbolic):
        one, other = known_or_symbolic(first), known_or_symbolic(second)
        return isinstance(one, Symbolic) and isinstance(other, Symbolic) and one.ssa is other.ssa
    if type(first) is not type(second):
        return False
    if is_exact_tuple(first) and is_exact_tuple(second):
        pairs = zip(first, second, strict=False)
        return len(first) == len(second) and all(is_same(*pair) for pair in pairs)
    return type(first) in ATOMS and first == second and repr(first) == repr(second)


def is_same_contents(first: object, second: object) -> bool:
    """Whether a list or dict is made of the same."""
    if is_any_dict(first) and is_any_dict(second):
        same = tuple(first) == tuple(second)
        return same and all(is_same(first[key], second[key]) for key in first)
    return is_same(first, second)


def have_same_keys(variants: Sequence[object]) -> bool:
    """Whether all of `variants` are the contents of dicts whose keys are known, and equal."""
    keys = {tuple(found) if is_any_dict(found) else None for found in variants}
    return len(keys) == 1 and None not in keys
