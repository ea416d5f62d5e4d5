"""What an arm of a branch knows: its condition, and what that is made of."""

from __future__ import annotations

from collections.abc import Iterator

from xdsl.dialects import arith
from xdsl.ir import SSAValue

from ember_mlir.passes.canonicalize.known import known_integer

MAX_FACTS = 16
"""How many conditions are told from one at most."""


def facts(condition: SSAValue, *, holds: bool) -> Iterator[tuple[SSAValue, bool]]:
    """The conditions that are known where `condition` holds or does not, itself first.

    not %a        tells %a
    %a and %b     tells both where it holds
    %a or %b      tells both where it does not
    """
    known = [(condition, holds)]
    for value, found in known:  # grows while it is walked
        yield value, found
        if len(known) + 2 > MAX_FACTS:
            continue
        match value.owner:
            case arith.XOrIOp(lhs=lhs, rhs=rhs) if known_integer(rhs) == 1:
                known.append((lhs, not found))
            case arith.AndIOp(lhs=lhs, rhs=rhs) if found:
                known += [(lhs, True), (rhs, True)]
            case arith.OrIOp(lhs=lhs, rhs=rhs) if not found:
                known += [(lhs, False), (rhs, False)]
            case _:
                pass
